/** The graph that the analyzer finds is the one that the program was written from: other module systems. */
import { it } from "vitest";
import { findGraphs, programsOfOneFile, timeoutMs } from "./support/find-random-graphs.js";

it(`finds the graphs of ${programsOfOneFile} random programs`, { timeout: timeoutMs }, () => {
  findGraphs([
    { module: "preserve", moduleResolution: "bundler" },
    { module: "commonjs", moduleResolution: "bundler" },
    { module: "esnext", moduleResolution: "bundler", isolatedModules: true, strictNullChecks: true },
  ]);
});
