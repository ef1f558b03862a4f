import { errorText, GlacierError, report } from "@glacier-ts/core";
import { errorInfo } from "../error-info.js";

/**
 * A stream that the caller of a run gets from a task that takes resources. They are closed when it is read, so an error is
 * most likely the effect of that: GLA5049.
 */
export function unresourcedStream(
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
