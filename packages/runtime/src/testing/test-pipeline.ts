import {
  type Checks,
  type DatasetValues,
  type Executor,
  fail,
  type GivenDatasets,
  type GivenResources,
  type ParamsOption,
  type Pipeline,
  type ProducedNames,
  type ResourceDeclaration,
  type ResultNames,
  type RunEvent,
  type RunResult,
  report,
  type SecretProvider,
  succeed,
  type Tasks,
  type WithChecks,
} from "@glacier-ts/core";
import { LocalExecutor } from "../executors/local.js";
import type { DatasetAccess } from "../stored-datasets.js";
import { isAsyncIterable } from "../streams/is-async-iterable.js";

export type TestOptions<T extends Tasks, Kept extends string = never, C extends Checks = []> = ParamsOption<
  WithChecks<T, C>
> & {
  /** Values of datasets that need not be produced: the tasks that make them, and only serve them, are not called. */
  readonly given?: GivenDatasets<WithChecks<T, C>>;
  /** Resources by name: a test opens none. What is given is not closed either. */
  readonly resources?: GivenResources<WithChecks<T, C>>;
  /** Datasets to return besides those that no task reads. */
  readonly keep?: readonly Kept[];
  /** Values of secrets by name, or a provider; by default there are none. */
  readonly secrets?: Readonly<Record<string, string>> | SecretProvider;
};

export interface TestRun<Values> extends RunResult<Values> {
  /** What would have been written to storages, by dataset. */
  readonly stored: ReadonlyMap<string, unknown>;
  readonly events: readonly RunEvent[];
}

/**
 * Runs a pipeline with some of its datasets, and its resources, replaced. No storage is read or written, and no resource
 * opened: what comes from outside must be given. What tasks return is checked against their datasets' types, and no retry
 * waits. The pipeline's checks look at what is given and at what is made, as far as all that they read is there.
 *
 * ```ts
 * const { datasets } = await testPipeline(analytics, { given: { raw_users: [ada, bob] } });
 * expect(datasets.metrics.total).toBe(2);
 * ```
 *
 * @throws RunError when a task failed or a check did not pass
 */
export async function testPipeline<T extends Tasks, C extends Checks, Kept extends ProducedNames<T> = never>(
  pipeline: Pipeline<T, C>,
  options: TestOptions<T, Kept, C>,
): Promise<TestRun<DatasetValues<T, ResultNames<T> | Kept>>> {
  const {
    given = {},
    keep = [],
    secrets = {},
    resources = {},
    params,
  } = options as TestOptions<T, Kept, C> & {
    readonly params?: object;
  };
  const stored = new Map<string, unknown>();
  const events: RunEvent[] = [];
  const local = new LocalExecutor({ validates: true, retryDelayMs: 0, storage: inMemory(stored) });
  const executor: Executor = {
    name: "test",
    execute: (request) => {
      const names = [...(request.resources?.keys() ?? [])];
      return local.execute({
        ...request,
        given: new Map(Object.entries(given)),
        resources: new Map(names.map((name) => [name, givenResource(name, resources)])),
      });
    },
  };
  const result = await pipeline.run<Kept>({
    executor,
    keep,
    secrets: typeof secrets === "function" ? secrets : (name) => secrets[name],
    onEvent: (event) => void events.push(event),
    ...(params && { params }),
  } as Parameters<typeof pipeline.run<Kept>>[0]);
  return { ...result, stored, events };
}

/** A resource that is there, or else cannot be opened. It is the test's own, so it is not closed. */
function givenResource(name: string, given: object): ResourceDeclaration<string, {}> {
  const values: Readonly<Record<string, {}>> = { ...given };
  const open = () => {
    if (Object.hasOwn(values, name)) return values[name] as {};
    throw new Error(`a test opens no resource: give it, \`resources: { ${name}: … }\``);
  };
  return { name, options: { open, close: () => {} } };
}

/** A storage that begins empty, and ends with the test. */
function inMemory(stored: Map<string, unknown>): DatasetAccess {
  return {
    load: async (name) => {
      if (stored.has(name)) return succeed({ value: stored.get(name), place: "the test" });
      return fail(report("notGiven", { dataset: name }));
    },
    save: async (name, _dataset, _schema, value) => {
      // A stream can be read once only, and its readers come after it was saved.
      stored.set(name, isAsyncIterable(value) ? await replay(value) : value);
      return succeed({ sizeBytes: 0, place: "the test" });
    },
  };
}

async function replay(stream: AsyncIterable<unknown>): Promise<AsyncIterable<unknown>> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return {
    async *[Symbol.asyncIterator]() {
      yield* items;
    },
  };
}
