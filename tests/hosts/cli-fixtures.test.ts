/** The real `glacier` over the corpus: it says of every program what the analyzer says. */
import { readFileSync } from "node:fs";
import type { Diagnostic } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { analyzeFolder } from "../analyzer/support/analyze-folder.js";
import { glacier } from "../rig/glacier.js";
import { corpusCases } from "./support/corpus.js";
import { projectOfCase } from "./support/tspc.js";

const cases = corpusCases({ programs: 16 });

describe.concurrent("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", async (fixture) => {
    const folder = projectOfCase(fixture);
    const { code, stdout, stderr } = await glacier(folder, ["check", "--json"]);
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
    expect(diagnostics.map(withoutRelatedOfCompiler)).toEqual(
      analyzeFolder(folder).diagnostics.map(withoutRelatedOfCompiler),
    );
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

/** Related places of type errors are in core's own files, where the analyzer's tests do not look. */
function withoutRelatedOfCompiler(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.code.startsWith("TS") ? { ...diagnostic, related: [] } : diagnostic;
}
