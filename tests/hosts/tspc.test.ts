/** `tspc` reports what the analyzer reports, and writes the same manifest. */
import { readFileSync } from "node:fs";
import { compilerCode, type Diagnostic } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { analyzeFolder } from "../analyzer/support/analyze-folder.js";
import { corpusCases } from "./support/corpus.js";
import { manifestOf, projectOfCase, tspc } from "./support/tspc.js";

/** One with errors of types, those with other compiler options, and one with packages. */
const always = /GLA1015|wrong-data|commonjs|module-kinds|path-alias|programs\/packages-installed/;
const cases = corpusCases({ programs: 24, entries: 6, always });

describe.concurrent("reports as the analyzer does", () => {
  it.each(cases.filter(({ expects }) => expects === "diagnostics"))("$name", async (fixture) => {
    const folder = projectOfCase(fixture);
    const { exitCode, stdout } = await tspc(folder, "-p", ".");
    const { diagnostics } = analyzeFolder(folder);
    // tsc stops at errors of syntax.
    const syntax = diagnostics.filter(({ code }) => /^TS1[01]\d\d$/.test(code));
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const shown = syntax.length > 0 ? syntax : errors;
    expect(sortErrors(stdout)).toEqual(sortErrors(shown.map(inTscFormat).join("\n")));
    expect(exitCode).not.toBe(0);
    expect(manifestOf(folder)).toBeUndefined();
  });
});

describe.concurrent("writes the stored manifest", () => {
  it.each(cases.filter(({ expects }) => expects === "manifest"))("$name", async (fixture) => {
    const folder = projectOfCase(fixture);
    expect(await tspc(folder, "-p", ".")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(manifestOf(folder)).toBe(readFileSync(fixture.expectedFile, "utf8"));
  });
});

/** Errors begin at the start of a line; what follows is indented. */
function sortErrors(output: string): string[] {
  return output
    .trim()
    .split(/\n(?! )/)
    .sort();
}

function inTscFormat({ location, code, message, hint }: Diagnostic): string {
  // A file that is no source of the program, such as the tsconfig, has no place in tsc's output.
  const place =
    location?.start === undefined ? "" : `${location.file}(${location.line},${location.column}): `;
  const text = code.startsWith("GLA")
    ? `${code}: ${message}${hint === undefined ? "" : `\n  hint: ${hint}`}`
    : message;
  return `${place}error TS${compilerCode(code)}: ${text}`;
}
