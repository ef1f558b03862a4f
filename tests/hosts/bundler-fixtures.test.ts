/** A bundler over the corpus: the plugin says of every program what the analyzer says, and wires those that are correct. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import glacier from "@glacier-ts/plugin/esbuild";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import type { FixtureCase } from "../analyzer/support/fixture-cases.js";
import { askPipelines, entryOf, storedPipelines } from "./support/ask-pipelines.js";
import { runnableCases } from "./support/corpus.js";
import { projectOfCase } from "./support/tspc.js";

/** The plugin reports in modules that have something to wire, or the error. */
const isWired = ({ folder }: FixtureCase) =>
  /\b(task|pipeline|dataset)\(/.test(readFileSync(entryOf(folder), "utf8"));

const cases = runnableCases({ programs: 4, entries: 1 }).filter(
  (fixture) => fixture.expects === "manifest" || isWired(fixture),
);

/** Bundles the module with the pipelines; the bundle, or what the bundler reports. */
async function bundle(folder: string): Promise<{ readonly file: string } | { readonly errors: string }> {
  const file = path.join(folder, "out/bundle.mjs");
  try {
    await build({
      entryPoints: [entryOf(folder)],
      absWorkingDir: folder,
      outfile: file,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node22",
      packages: "external",
      // CommonJS modules require what is external.
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: "silent",
      plugins: [glacier()],
    });
    return { file };
  } catch (error) {
    return { errors: (error as Error).message };
  }
}

describe("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", async (fixture) => {
    const bundled = await bundle(projectOfCase(fixture));
    expect("errors" in bundled ? bundled.errors : "").toContain(
      readFileSync(fixture.expectedFile, "utf8").trimEnd(),
    );
  });
});

describe("knows the stored graph", () => {
  const correct = cases.filter(({ expects }) => expects === "manifest");
  const urls = new Map<string, string>();
  let found: ReadonlyMap<string, unknown>;

  beforeAll(async () => {
    for (const fixture of correct) {
      const bundled = await bundle(projectOfCase(fixture));
      if ("errors" in bundled) throw new Error(`${fixture.name}: ${bundled.errors}`);
      urls.set(fixture.name, pathToFileURL(bundled.file).href);
    }
    found = await askPipelines([...urls.values()]);
  });

  it.each(correct)("$name", ({ name, expectedFile }) => {
    expect(found.get(urls.get(name) ?? "")).toEqual(storedPipelines(readFileSync(expectedFile, "utf8")));
  });
});
