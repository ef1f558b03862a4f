/** The real `glacier` over the corpus: it says of every program what the analyzer says. */
import { readFileSync } from "node:fs";
import type { Diagnostic } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { analyzeFolder } from "../analyzer/support/analyze-folder.js";
import { glacier } from "../rig/glacier.js";
import { corpusCases } from "./support/corpus.js";
import { projectOfCase } from "./support/tspc.js";

const cases = corpusCases({ programs: 32, entries: 4 });

describe.concurrent("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", async (fixture) => {
    const folder = projectOfCase(fixture);
    const { code, stdout, stderr } = await glacier(folder, ["check", "--json"]);
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
    expect(comparable(diagnostics)).toEqual(comparable(analyzeFolder(folder).diagnostics));
    expect({ code, stderr }).toEqual({ code: diagnostics.some(isError) ? 1 : 0, stderr: "" });
  });
});

describe.concurrent("prints the stored manifest", () => {
  it.each(cases.filter(({ expects }) => expects === "manifest"))("$name", async (fixture) => {
    const printed = await glacier(projectOfCase(fixture), ["manifest", "--stdout"]);
    expect(printed).toEqual({ code: 0, stdout: readFileSync(fixture.expectedFile, "utf8"), stderr: "" });
  });
});

const isError = ({ severity }: Diagnostic) => severity === "error";

/** In one order. Related places of type errors are in core's own files, where the analyzer's tests do not look. */
function comparable(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ location, code, message }: Diagnostic) =>
    `${location?.file} ${String(location?.start ?? 0).padStart(9)} ${code} ${message}`;
  return diagnostics
    .map((found) => (found.code.startsWith("TS") ? { ...found, related: [] } : found))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
