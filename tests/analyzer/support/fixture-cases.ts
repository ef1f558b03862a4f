/** The corpus: small programs with what the analyzer is to say of them. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fixtures } from "./paths.js";

/** One program. */
export interface FixtureCase {
  /** Its folder below `tests/fixtures`, with `/`: `diagnostics/GLA3001-cycle/reports/two-tasks`. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** `diagnostics` where it reports, `manifest` where it is correct. */
  readonly expects: "diagnostics" | "manifest";
  /** The file with what is expected, absolute. */
  readonly expectedFile: string;
  /** It has packages of its own, so it is analysed where they can be installed. */
  readonly hasPackages: boolean;
}

/** Every case, by name. */
export function fixtureCases(): readonly FixtureCase[] {
  return casesBelow(fixtures).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The cases of one entry of the catalogue, `GLA3001-cycle`: those that report it and those that stay quiet. */
export function casesOfEntry(entry: string): { reports: FixtureCase[]; quiet: FixtureCase[] } {
  const inPart = (part: string) =>
    fixtureCases().filter(({ name }) => name.startsWith(`diagnostics/${entry}/${part}/`));
  return { reports: inPart("reports"), quiet: inPart("quiet") };
}

/** A folder with a folder `src` is a case. */
function casesBelow(folder: string): FixtureCase[] {
  if (existsSync(path.join(folder, "src"))) return [describeCase(folder)];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => casesBelow(path.join(folder, entry.name)));
}

function describeCase(folder: string): FixtureCase {
  const name = path.relative(fixtures, folder).split(path.sep).join("/");
  const expects = name.includes("/reports/") ? "diagnostics" : "manifest";
  const expectedName = expects === "diagnostics" ? "expected.diagnostics.txt" : "expected.manifest.json";
  return {
    name,
    folder,
    expects,
    expectedFile: path.join(folder, expectedName),
    hasPackages: ["packages", "workspace"].some((name) => existsSync(path.join(folder, name))),
  };
}
