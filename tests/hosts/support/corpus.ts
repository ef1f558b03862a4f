/** Which programs of the corpus a host is tested with. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { type FixtureCase, fixtureCases } from "../../analyzer/support/fixture-cases.js";

export interface Choice {
  /** One of so many programs. */
  readonly programs: number;
  /** One of so many entries of the catalogue. */
  readonly entries: number;
  /** Cases that are always chosen. */
  readonly always?: RegExp;
}

/**
 * Of some entries of the catalogue the first reporting case, and some programs; with `CORPUS=all` every case.
 * Whichever are chosen, the answers of a host are compared with what is stored for the analyzer.
 */
export function corpusCases({ programs, entries, always }: Choice): readonly FixtureCase[] {
  const all = fixtureCases();
  if (process.env.CORPUS === "all") return all;
  const seen = new Set<string>();
  return all.filter(({ name, expects }, index) => {
    if (always?.test(name)) return true;
    if (expects === "manifest") return name.startsWith("programs/") && index % programs === 0;
    const entry = name.split("/").slice(0, 3).join("/");
    const isFirst = !seen.has(entry);
    seen.add(entry);
    return isFirst && seen.size % entries === 0;
  });
}

/** Those of them whose modules can be imported where types are not checked, and that have no warning beside errors. */
export function runnableCases(choice: Choice): readonly FixtureCase[] {
  return corpusCases(choice).filter(
    ({ name, expects, expectedFile, hasPackages }) =>
      !hasPackages &&
      // Its options are of values that are only declared.
      name !== "programs/dynamic-options" &&
      (expects === "manifest"
        ? name.startsWith("programs/")
        : !/ (?:error TS\d|warning )/.test(readFileSync(expectedFile, "utf8"))),
  );
}
