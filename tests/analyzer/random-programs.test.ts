/** The graph that the analyzer finds is the one that the program was written from: ES modules. */
import { it } from "vitest";
import { findGraphs, programsOfOneFile, timeoutMs } from "./support/find-random-graphs.js";

it(`finds the graphs of ${programsOfOneFile} random programs`, { timeout: timeoutMs }, () => {
  findGraphs([
    {},
    { verbatimModuleSyntax: true, isolatedModules: true, erasableSyntaxOnly: false },
    { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ]);
});
