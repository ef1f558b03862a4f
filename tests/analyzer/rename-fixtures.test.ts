/**
 * Every dataset of every correct program of the corpus is renamed. The manifest is then the old one with the name
 * changed, and renaming it back gives the same bytes. Names that the program puts together are refused.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { applyEdits, renameDataset } from "@glacier-ts/analyzer/rename";
import { type Manifest, renderManifest } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { analyzeFolder } from "./support/analyze-folder.js";
import { sharedConfig } from "./support/compile.js";
import { type FixtureCase, fixtureCases } from "./support/fixture-cases.js";
import { installCase, linkPackages, tempFolder } from "./support/temp-project.js";

/** Nobody's name, in the corpus. */
const newName = "zz_renamed.1";

/** Datasets whose names are written nowhere as they are. */
const computed: Readonly<Record<string, readonly string[]>> = {
  "programs/dataset-names": ["eu_backup", "eu_raw"],
  "programs/generic-helpers": ["first_table", "joined_table", "orders_table", "users_table"],
};

function copyOf(fixture: FixtureCase): string {
  if (fixture.hasPackages) return installCase(fixture);
  const folder = tempFolder();
  cpSync(fixture.folder, folder, { recursive: true });
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

/** The manifest with another name, by its text: whole strings, and segments of the dataset's own storage. */
function withName(manifest: Manifest, from: string, to: string): Manifest {
  const text = renderManifest(manifest).replaceAll(`"${from}"`, `"${to}"`);
  const renamed = JSON.parse(text) as Manifest;
  const stored = renamed.datasets[to]?.storage;
  const segments = (value: string) =>
    value.replace(new RegExp(`(^|/)${from.replaceAll(".", "\\.")}(?=[/.]|$)`, "g"), `$1${to}`);
  const isOwn = stored && stored.package === undefined;
  const storage =
    isOwn &&
    Object.fromEntries(
      Object.entries(stored).map(([key, value]) =>
        (key === "path" || key === "prefix") && typeof value === "string" ? [key, segments(value)] : [key, value],
      ),
    );
  const datasets = storage ? { ...renamed.datasets, [to]: { ...renamed.datasets[to], storage } } : renamed.datasets;
  return { ...renamed, datasets } as Manifest;
}

/** Sorted as the analyzer sorts: by name. */
function sorted(manifest: Manifest): unknown {
  const pipelines = Object.entries(manifest.pipelines).map(([id, { edges, external, ...rest }]) => {
    const texts = edges.map((edge) => JSON.stringify(edge)).sort();
    return [id, { ...rest, edges: texts, external: external.toSorted() }];
  });
  return JSON.parse(JSON.stringify({ ...manifest, pipelines: Object.fromEntries(pipelines) }));
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
  for (const dataset of Object.keys(manifest.datasets)) {
    const before = rename(folder, dataset, newName);
    if (!(before instanceof Map)) {
      expect({ dataset, codes: before }).toEqual({ dataset, codes: ["GLA4027"] });
      refused.push(dataset);
      continue;
    }
    expect([...before.keys()]).not.toEqual([]);
    const renamed = analyzeFolder(folder);
    expect(renamed.text).toBe("");
    expect(sorted(renamed.manifest)).toEqual(sorted(withName(manifest, dataset, newName)));
    const back = rename(folder, newName, dataset);
    expect(back).toBeInstanceOf(Map);
    for (const [file, text] of before) expect(readFileSync(file, "utf8")).toBe(text);
  }
  expect(refused).toEqual(computed[fixture.name] ?? []);
});
