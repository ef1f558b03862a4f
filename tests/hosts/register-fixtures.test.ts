/** The loader over the corpus: it says of every program what the analyzer says, and wires those that are correct. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { askPipelines, entryOf, storedPipelines } from "./support/ask-pipelines.js";
import { runnableCases } from "./support/corpus.js";
import { projectOfCase } from "./support/tspc.js";

const cases = runnableCases({ programs: 1, entries: 1 });
let found: ReadonlyMap<string, unknown>;

beforeAll(async () => {
  const urls = new Map(
    cases.map((fixture) => [pathToFileURL(entryOf(projectOfCase(fixture))).href, fixture.name]),
  );
  const register = import.meta.resolve("@glacier-ts/plugin/register");
  const answers = await askPipelines([...urls.keys()], ["--import", register]);
  found = new Map([...answers].map(([url, answer]) => [urls.get(url) ?? url, answer]));
});

describe("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", ({ name, expectedFile }) => {
    expect(found.get(name)).toContain(`GlacierError: ${readFileSync(expectedFile, "utf8").trimEnd()}`);
  });
});

describe("knows the stored graph", () => {
  it.each(cases.filter(({ expects }) => expects === "manifest"))("$name", ({ name, expectedFile }) => {
    expect(found.get(name)).toEqual(storedPipelines(readFileSync(expectedFile, "utf8")));
  });
});
