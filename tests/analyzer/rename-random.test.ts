/** A dataset of a random program is renamed: the manifest is the old one with the name changed, and back it is the program. */
import { readFileSync, writeFileSync } from "node:fs";
import { applyEdits, renameDataset } from "@glacier-ts/analyzer/rename";
import { codeOf } from "@glacier-ts/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { analyzeFolder } from "./support/analyze-folder.js";
import { sharedConfig } from "./support/compile.js";
import { randomProgram, writeProgram } from "./support/random-program.js";
import { withDatasetName } from "./support/renamed-manifest.js";
import { linkPackages, tempFolder, writeFiles } from "./support/temp-project.js";

const numRuns = Number(process.env.RANDOM_RENAMES ?? 8);

/** Some names are written in no one place, or are also something else: those are refused. */
const refusals = [codeOf("renameShared"), codeOf("renameComputed")];

/** The texts before; undefined where the rename is refused. */
function rename(folder: string, from: string, to: string): ReadonlyMap<string, string> | undefined {
  const opened = renameDataset(folder, { from, to });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const { result } = opened.value;
  if (!result.ok) {
    for (const { code, message } of result.failure) expect(refusals, message).toContain(code);
    return undefined;
  }
  const before = new Map<string, string>();
  for (const [file, edits] of result.value.edits) {
    const text = readFileSync(file, "utf8");
    before.set(file, text);
    writeFileSync(file, applyEdits(text, edits));
  }
  return before;
}

it(`renames in ${numRuns} random programs`, { timeout: 20_000 + numRuns * 10_000 }, () => {
  let renamed = 0;
  fc.assert(
    fc.property(randomProgram, fc.nat(), (program, choice) => {
      const { files } = writeProgram(program, "p");
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
      if (!before) return;
      renamed++;
      const after = analyzeFolder(folder);
      expect(after.text).toBe("");
      expect(after.manifest).toEqual(withDatasetName(manifest, name, "zz_renamed"));
      rename(folder, "zz_renamed", name);
      for (const [file, text] of before) expect(readFileSync(file, "utf8")).toBe(text);
    }),
    { numRuns },
  );
  expect(renamed).toBeGreaterThan(0);
});
