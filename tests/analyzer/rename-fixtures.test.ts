/**
 * The datasets of every correct program of the corpus are renamed, the first two of each. The manifest is then the old one with the name
 * changed, and renaming it back gives the same bytes. Names that the program puts together, or that are another package's,
 * are refused.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { applyEdits, renameDataset } from "@glacier-ts/analyzer/rename";
import { codeOf, type Manifest } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { analyzeFolder } from "./support/analyze-folder.js";
import { sharedConfig } from "./support/compile.js";
import { type FixtureCase, fixtureCases } from "./support/fixture-cases.js";
import { withDatasetName } from "./support/renamed-manifest.js";
import { installCase, linkPackages, tempFolder } from "./support/temp-project.js";

/** Nobody's name, in the corpus. */
const newName = "zz_renamed.1";

/** Datasets whose names are written nowhere in the project's sources as they are. */
const unwritten: Readonly<Record<string, readonly string[]>> = {
  "programs/calls-of-core": ["d0", "d1", "d2"],
  "programs/computed-names": ["lower", "orders"],
  "programs/dataset-interfaces": ["rates", "stock"],
  "programs/instantiated-generics": ["first_orders", "first_users"],
  "programs/packages-checks": ["users"],
  "programs/packages-installed": ["customers", "orders"],
  "programs/packages-schemas": ["balance", "entries"],
  "programs/packages-sources": ["raw_users", "users"],
  "programs/packages-workspace": ["raw_users", "users"],
  "programs/type-operators": ["deep_A"],
  "programs/dataset-names": ["eu_backup", "eu_raw"],
  "programs/generic-helpers": ["first_table", "joined_table", "orders_table"],
};

function copyOf(fixture: FixtureCase): string {
  if (fixture.hasPackages) return installCase(fixture);
  const folder = tempFolder();
  cpSync(fixture.folder, folder, { recursive: true });
  const manifest = path.join(folder, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "type": "module" }');
  linkPackages(folder);
  return folder;
}

/** Renames a dataset on disk. @returns the texts before, by file; or the codes of what is in the way */
function rename(folder: string, from: string, to: string): ReadonlyMap<string, string> | readonly string[] {
  const opened = renameDataset(folder, { from, to });
  if (!opened.ok) throw new Error(opened.failure.message);
  const { result } = opened.value;
  if (!result.ok) return result.failure.map(({ code }) => code);
  const before = new Map<string, string>();
  for (const [file, edits] of result.value.edits) {
    before.set(file, readFileSync(file, "utf8"));
    writeFileSync(file, applyEdits(before.get(file) ?? "", edits));
  }
  return before;
}

const refusals = [codeOf("renameComputed"), codeOf("renameBreaks")];

/** Comments of JavaScript name the types that are renamed. */
function withoutDocs(manifest: Manifest): Manifest {
  return JSON.parse(JSON.stringify(manifest, (key, value) => (key === "doc" ? undefined : value)));
}

const correct = fixtureCases().filter(
  ({ name, expects }) => expects === "manifest" && name.startsWith("programs/"),
);

it.each(correct)("$name", (fixture) => {
  const folder = copyOf(fixture);
  const config = path.join(folder, "tsconfig.json");
  if (!existsSync(config)) writeFileSync(config, JSON.stringify(sharedConfig));
  const { manifest } = analyzeFolder(folder);
  const refused: string[] = [];
  const chosen = Object.keys(manifest.datasets).slice(0, 2);
  for (const dataset of chosen) {
    const before = rename(folder, dataset, newName);
    if (!(before instanceof Map)) {
      expect(refusals, `${dataset}: ${before}`).toEqual(expect.arrayContaining([...before]));
      refused.push(dataset);
      continue;
    }
    expect([...before.keys()]).not.toEqual([]);
    const renamed = analyzeFolder(folder);
    expect(renamed.text).toBe("");
    expect(withoutDocs(renamed.manifest)).toEqual(withDatasetName(withoutDocs(manifest), dataset, newName));
    const back = rename(folder, newName, dataset);
    expect(back).toBeInstanceOf(Map);
    for (const [file, text] of before) expect(readFileSync(file, "utf8")).toBe(text);
  }
  const expected = unwritten[fixture.name] ?? [];
  expect(refused).toEqual(expected.filter((dataset) => chosen.includes(dataset)));
});
