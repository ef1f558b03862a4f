/**
 * Prints how much CPU, in milliseconds, the analysis of a project takes after its type check: reading every file, linking,
 * and building and checking every graph. A process of its own, so that nothing is warm and no other program in memory.
 *
 * node bench/measure-analysis.ts FOLDER
 */
import process from "node:process";
import { openProject } from "@glacier-ts/analyzer";
import { buildGraph, checkGraph, pipelineId } from "@glacier-ts/core";

const [, , folder] = process.argv;
if (!folder) throw new Error("usage: measure-analysis.ts FOLDER");
const opened = openProject(folder);
if (!opened.ok) throw new Error(opened.failure.message);
// The compiler's own work, which the analysis would otherwise be the first to ask for.
opened.value.typeErrors();

const start = process.cpuUsage();
const { manifest, diagnostics } = opened.value.analyze();
if (diagnostics.length > 0) throw new Error(diagnostics[0]?.message);
for (const id of Object.keys(manifest.pipelines)) {
  if (!checkGraph(buildGraph(manifest, pipelineId(id))).ok) throw new Error(`Pipeline ${id} has problems`);
}
const { user, system } = process.cpuUsage(start);
console.log((user + system) / 1000);
