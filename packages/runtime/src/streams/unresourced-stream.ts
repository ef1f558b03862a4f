import { errorText, GlacierError, report } from "@glacier-ts/core";
import { errorInfo } from "../error-info.js";
import type { Plan, PlannedDataset } from "../plan.js";
import { isAsyncIterable } from "./is-async-iterable.js";

/** What the caller of a run gets: streams of tasks that take resources say so where they are read too late. */
export function withoutResources(
  { tasks, datasets }: Plan,
  kept: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  const marked = new Map(kept);
  for (const { outputs, manifest } of tasks) {
    if (!manifest.resources) continue;
    const resources = manifest.resources.map(({ name }) => name);
    for (const output of outputs) {
      const { name } = datasets[output.dataset] as PlannedDataset;
      const value = marked.get(name);
      if (isAsyncIterable(value)) marked.set(name, unresourcedStream(value, name, resources));
    }
  }
  return marked;
}

/**
 * A stream that the caller of a run gets from a task that takes resources. They are closed when it is read, so an error is
 * most likely the effect of that: GLA5049.
 */
function unresourcedStream(
  stream: AsyncIterable<unknown>,
  dataset: string,
  resources: readonly string[],
): AsyncIterable<unknown> {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* stream;
      } catch (error) {
        throw new GlacierError([
          report("streamUnresourced", { dataset, resources, error: errorText(errorInfo(error)) }),
        ]);
      }
    },
  };
}
