/** What the operations of a pipeline take and give. Checked by `npm run typecheck:tests`. */
import {
  checkGraph,
  type Dataset,
  type Executor,
  type Failure,
  type Graph,
  type GraphProblem,
  pipeline,
  RunError,
  type Target,
  type Task,
  type TaskId,
  type TaskStatus,
  task,
  type UncheckedGraph,
} from "@glacier-ts/core";
import { expectTypeOf } from "vitest";

type Raw = Dataset<"raw", number[]>;
type Total = Dataset<"total", number>;
declare const executor: Executor;
declare const unchecked: UncheckedGraph;
declare const terraform: Target<{ toTerraform(folder: string): Promise<void> }>;

const extract = async (): Promise<Raw> => [1];
const total = task({ retries: 3, timeout: "5m" }, (numbers: Raw): Total => numbers.length);
const other = (word: string, times: number) => word.repeat(times);
const analytics = pipeline({ name: "analytics", tasks: [extract, total] });

// A task keeps its signature, and its options' literal types.
expectTypeOf(total).parameters.toEqualTypeOf<[numbers: Raw]>();
expectTypeOf(total).returns.toEqualTypeOf<Total>();
expectTypeOf(total).toExtend<
  Task<(numbers: Raw) => Total, { readonly retries: 3; readonly timeout: "5m" }>
>();

// Tasks are named or given, whatever their signature.
expectTypeOf(analytics.dependencies(total)).toEqualTypeOf<readonly string[]>();
expectTypeOf(analytics.consumers("extract")).toEqualTypeOf<readonly string[]>();
analytics.dependencies(other);
// @ts-expect-error neither a function nor a name
analytics.dependencies(3);
analytics.visualize({ format: "mermaid" });
// @ts-expect-error no such format
analytics.visualize({ format: "svg" });

// A run needs an executor; what it gives has succeeded.
// @ts-expect-error no executor
await analytics.run();
// @ts-expect-error no executor
await analytics.run({});
const run = await analytics.run({ executor, keep: ["raw"], signal: new AbortController().signal });
expectTypeOf(run.status).toEqualTypeOf<"succeeded">();
expectTypeOf(run.tasks).toEqualTypeOf<ReadonlyMap<TaskId, TaskStatus>>();
expectTypeOf(run.datasets).toEqualTypeOf<{ readonly raw: Raw; readonly total: Total }>();
// @ts-expect-error read-only
run.datasets.total = 3;
// @ts-expect-error a run that failed throws
run.failures;
try {
  await analytics.run({ executor });
} catch (error) {
  if (error instanceof RunError) expectTypeOf(error.outcome.failures).toEqualTypeOf<readonly Failure[]>();
}

// What compile() gives is the target's own.
expectTypeOf(analytics.compile(terraform).toTerraform("infra")).toEqualTypeOf<Promise<void>>();

// Only a checked graph can be compiled or run.
// @ts-expect-error not checked
terraform.compile(unchecked);
const checked = checkGraph(unchecked);
if (checked.ok) {
  expectTypeOf(checked.value).toEqualTypeOf<Graph>();
  terraform.compile(checked.value);
} else expectTypeOf(checked.failure).toEqualTypeOf<readonly GraphProblem[]>();
