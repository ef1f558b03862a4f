/** Every diagnostic that the analyzer can report has a program that triggers it and a near one that does not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type CatalogName, catalog, codeOf } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { casesOfEntry } from "./support/fixture-cases.js";
import { fixtures, repository } from "./support/paths.js";

/** Diagnostics of a manifest, a run or a target: no source can report them; the test that covers each is listed. */
const testedElsewhere: Partial<Record<CatalogName, string>> = {
  notCompiled: "tests/hosts/emitted-code.test.ts",
  staleBuild: "tests/hosts/emitted-code.test.ts",
  manifestUnwritable: "tests/hosts/open-project.test.ts",
  projectUnreadable: "tests/hosts/open-project.test.ts",
  compilerMissing: "tests/cli/compiler.test.ts",
};

const folderOf = (name: CatalogName) => `${codeOf(name)}-${name}`;
const names = Object.keys(catalog) as CatalogName[];
/** Entries of 4xxx that are about the packages of a project. */
const ofPackages: readonly CatalogName[] = [
  "dependencyWithoutManifest",
  "moduleNotInManifest",
  "dependencyStale",
];
const ofSource = names.filter((name) => catalog[name].number < 4000 || ofPackages.includes(name));

describe.each(ofSource.map((name) => ({ name, folder: folderOf(name) })))("$folder", ({ name, folder }) => {
  const { reports, quiet } = casesOfEntry(folder);

  it("has programs that report it", () => {
    expect(reports.length).toBeGreaterThan(0);
    for (const { expectedFile } of reports) {
      expect(readFileSync(expectedFile, "utf8")).toContain(` - ${catalog[name].severity} ${codeOf(name)}: `);
    }
  });

  it("has a program that stays quiet", () => {
    expect(quiet.length).toBeGreaterThan(0);
  });
});

it("has no programs for entries that do not exist", () => {
  const folders = readdirSync(`${fixtures}/diagnostics`).filter((folder) => folder.startsWith("GLA"));
  expect(folders).toEqual(ofSource.map(folderOf).sort());
});

it.each(Object.entries(testedElsewhere))("%s is tested in %s", (name, file) => {
  expect(existsSync(`${repository}/${file}`)).toBe(true);
  expect(readFileSync(`${repository}/${file}`, "utf8")).toContain(codeOf(name as CatalogName));
});
