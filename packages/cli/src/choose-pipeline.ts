import {
  buildGraph,
  checkGraph,
  type Diagnostic,
  fail,
  type Graph,
  locateProblem,
  type Manifest,
  type PipelineId,
  pipelineId,
  type Result,
  report,
  succeed,
  suggest,
} from "@glacier-ts/core";

/**
 * The pipelines that a command means: the one of that name, or all.
 *
 * @param project the project's name for people
 * @returns at least one id; or GLA4006 (no such pipeline) or GLA4007 (none at all)
 */
export function choosePipelines(
  manifest: Manifest,
  name: string | undefined,
  project: string,
): Result<readonly PipelineId[], Diagnostic> {
  const pipelines = Object.entries(manifest.pipelines);
  if (pipelines.length === 0) return fail(report("noPipelines", { project }));
  if (name === undefined) return succeed(pipelines.map(([id]) => pipelineId(id)));
  const chosen = pipelines.find(([id, pipeline]) => pipeline.name === name || id === name);
  if (chosen) return succeed([pipelineId(chosen[0])]);
  const known = pipelines.map(([, pipeline]) => pipeline.name);
  return fail(report("unknownPipeline", { name, known, suggestion: suggest(name, known) }));
}

/** As `choosePipelines`, but GLA4012 where no name was given and there are several. */
export function choosePipeline(
  manifest: Manifest,
  name: string | undefined,
  project: string,
): Result<PipelineId, Diagnostic> {
  const chosen = choosePipelines(manifest, name, project);
  if (!chosen.ok) return chosen;
  const [id, ...others] = chosen.value;
  if (id === undefined) throw new Error("Internal error: no pipeline was chosen");
  if (others.length === 0) return succeed(id);
  const known = Object.values(manifest.pipelines).map((pipeline) => pipeline.name);
  return fail(report("pipelineNotNamed", { known }));
}

/**
 * The graph of a pipeline, ready to be run or drawn.
 * @returns GLA3xxx without places where it is wrong, which the analysis has reported with places
 */
export function readGraph(manifest: Manifest, id: PipelineId): Result<Graph, readonly Diagnostic[]> {
  const checked = checkGraph(buildGraph(manifest, id));
  return checked.ok
    ? checked
    : fail(checked.failure.map((problem) => locateProblem(problem, () => undefined)));
}
