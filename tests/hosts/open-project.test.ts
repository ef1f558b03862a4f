/** `openProject`, which the CLI uses: the same answers as `tspc`, and problems with the project itself. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { openProject, type Project } from "@glacier-ts/analyzer";
import { GlacierError, renderDiagnostic, renderManifest } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { fixtureCases } from "../analyzer/support/fixture-cases.js";
import { tempFolder, writeFiles } from "../analyzer/support/temp-project.js";
import { correct } from "./support/sample.js";
import { makeProject, manifestOf, pluginConfig, projectOfCase, tspc } from "./support/tspc.js";

function open(folder: string): Project {
  const opened = openProject(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

const cases = fixtureCases().filter(
  ({ name }, index) => index % 20 === 0 || name.includes("typescript/reports"),
);

describe("says what is stored", () => {
  it.each(cases)("$name", (fixture) => {
    const project = open(projectOfCase(fixture));
    const { diagnostics, manifest } = project.analyze();
    // Related places of type errors are in core's own files.
    const typeErrors = project.typeErrors().map((diagnostic) => ({ ...diagnostic, related: [] }));
    const texts = [...typeErrors, ...diagnostics].map(
      (diagnostic) => `${renderDiagnostic(diagnostic, { readSource: project.readSource })}\n`,
    );
    const found = fixture.expects === "diagnostics" ? texts.join("\n") : renderManifest(manifest);
    expect(found).toBe(readFileSync(fixture.expectedFile, "utf8"));
  });
});

it("emits what tspc emits", async () => {
  const own = makeProject(correct);
  const project = open(own);
  const written = project.emit();
  expect(written).toContain(path.join(own, "glacier.manifest.json"));
  expect(written).toContain(project.outputFile("src/pipeline.ts"));

  const other = makeProject(correct);
  await tspc(other, "-p", ".");
  for (const file of ["glacier.manifest.json", "dist/pipeline.js", "dist/tasks.js"]) {
    expect(readFileSync(path.join(own, file), "utf8")).toBe(readFileSync(path.join(other, file), "utf8"));
  }
});

it("writes the manifest where the plugin's option says", () => {
  const folder = makeProject(correct);
  const config = JSON.parse(pluginConfig());
  config.compilerOptions.plugins[0].manifest = "out/here.json";
  writeFiles(folder, { "tsconfig.json": JSON.stringify(config) });
  open(folder).emit();
  expect(existsSync(path.join(folder, "out/here.json"))).toBe(true);
  expect(manifestOf(folder)).toBeUndefined();
  expect(readFileSync(path.join(folder, "dist/pipeline.js"), "utf8")).toContain('"../out/here.json"');
});

it("reports a manifest that cannot be written as GLA4005", async () => {
  const folder = makeProject(correct);
  const config = JSON.parse(pluginConfig());
  config.compilerOptions.plugins[0].manifest = "src";
  writeFiles(folder, { "tsconfig.json": JSON.stringify(config) });
  expect(() => open(folder).emit()).toThrow(GlacierError);
  expect(() => open(folder).emit()).toThrow(/^GLA4005: Cannot write '.*src': /);
  const { exitCode, stdout } = await tspc(folder, "-p", ".");
  expect(stdout).toMatch(/^error TS994005: GLA4005: Cannot write '.*src': /);
  expect(exitCode).toBe(2);
});

describe("a project that cannot be read (GLA4008)", () => {
  it.each([
    ["no tsconfig", {}, "there is no such file."],
    ["no JSON", { "tsconfig.json": "{ include: [" }, "expected"],
    ["no files", { "tsconfig.json": '{ "include": ["src"] }' }, "No inputs were found in config file"],
    [
      "an unknown option",
      { "tsconfig.json": '{ "compilerOptions": { "stric": true } }' },
      "Unknown compiler option",
    ],
  ])("%s", (_, files: Record<string, string>, why) => {
    const folder = tempFolder();
    writeFiles(folder, files);
    const opened = openProject(folder);
    expect(opened.ok).toBe(false);
    if (opened.ok) return;
    expect(opened.failure.code).toBe("GLA4008");
    expect(opened.failure.message).toContain(`Cannot read project '${path.join(folder, "tsconfig.json")}': `);
    expect(opened.failure.message).toContain(why);
  });
});
