import { type Diagnostic, report } from "@glacier-ts/core";
import { mentionsDataset, type PipelineFacts, type TaskFacts } from "../model.js";

/**
 * Takes out of pipelines the calls of `task()` that neither read nor produce a dataset: what a call says is known where
 * it stands, not in the pipeline. What is lost in a return type is reported there.
 */
export function withoutOtherFunctions(
  pipelines: readonly PipelineFacts[],
  tasks: ReadonlyMap<string, TaskFacts>,
): { readonly pipelines: readonly PipelineFacts[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const kept = pipelines.map((pipeline) => {
    const elements = pipeline.elements.filter(({ id, text, location, other }) => {
      const task = other ? undefined : tasks.get(id);
      if (!task || task.check || mentionsDataset(task) || task.returned.problems.length > 0) return true;
      const why = "it neither reads nor produces a dataset";
      diagnostics.push(report("notATask", { element: text, pipeline: pipeline.name, why }, location));
      return false;
    });
    return elements.length === pipeline.elements.length
      ? pipeline
      : { ...pipeline, elements, isIncomplete: true };
  });
  return { pipelines: kept, diagnostics };
}
