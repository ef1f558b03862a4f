/** A dataset of a random program is renamed: the manifest is the old one with the name changed, and back it is the program. */
import { readFileSync, writeFileSync } from "node:fs";
import { applyEdits, renameDataset } from "@glacier-ts/analyzer/rename";
import fc from "fast-check";
import { expect, it } from "vitest";
import { analyzeFolder } from "./support/analyze-folder.js";
import { sharedConfig } from "./support/compile.js";
import { writtenPrograms } from "./support/random-program.js";
import { withDatasetName } from "./support/renamed-manifest.js";
import { linkPackages, tempFolder, writeFiles } from "./support/temp-project.js";

const numRuns = Number(process.env.RANDOM_RENAMES ?? 8);

function rename(folder: string, from: string, to: string): ReadonlyMap<string, string> {
  const opened = renameDataset(folder, { from, to });
  const result = opened.ok ? opened.value.result : opened;
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  const before = new Map<string, string>();
  for (const [file, edits] of result.value.edits) {
    const text = readFileSync(file, "utf8");
    before.set(file, text);
    writeFileSync(file, applyEdits(text, edits));
  }
  return before;
}

it(`renames in ${numRuns} random programs`, { timeout: 20_000 + numRuns * 10_000 }, () => {
  fc.assert(
    fc.property(writtenPrograms, fc.nat(), ({ files }, choice) => {
      const folder = tempFolder();
      linkPackages(folder);
      writeFiles(folder, {
        "tsconfig.json": JSON.stringify(sharedConfig),
        "package.json": '{ "type": "module" }',
      });
      writeFiles(folder, files);
      const { manifest } = analyzeFolder(folder);
      const names = Object.keys(manifest.datasets);
      const name = names[choice % names.length] ?? "";
      const before = rename(folder, name, "zz_renamed");
      const renamed = analyzeFolder(folder);
      expect(renamed.text).toBe("");
      expect(renamed.manifest).toEqual(withDatasetName(manifest, name, "zz_renamed"));
      rename(folder, "zz_renamed", name);
      for (const [file, text] of before) expect(readFileSync(file, "utf8")).toBe(text);
    }),
    { numRuns },
  );
});
