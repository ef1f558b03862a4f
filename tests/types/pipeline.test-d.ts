/** What the compiler infers of pipelines, and what it refuses. Checked by `npm run typecheck:tests`. */
import {
  compute,
  type Dataset,
  dataset,
  type Executor,
  env,
  pipeline,
  type TaskContext,
  task,
} from "@glacier-ts/core";
import { file, s3 } from "@glacier-ts/core/storage";
import { expectTypeOf } from "vitest";

interface User {
  id: number;
  name: string;
}
type Raw = Dataset<"raw", User[]>;
const Clean = dataset("clean", {
  storage: s3({ bucket: env("BUCKET"), prefix: "clean/" }),
  format: "parquet",
}).of<User[]>();
type Clean = Dataset.Of<typeof Clean>;
type Metrics = Dataset<"metrics", { total: number }>;
type Count = Dataset<"count", number>;
type Flag = Dataset<"flag", boolean>;
type Rows = Dataset<"rows", AsyncIterable<User>>;
declare const users: User[];
declare const raw: Raw;
declare const clean: Clean;
declare const executor: Executor;

// A payload is a dataset; one dataset is not another.
const fromPayload: Raw = users;
const toPayload: User[] = raw;
// @ts-expect-error another dataset
const other: Raw = clean;
const spread: Clean = [...raw];
// @ts-expect-error null cannot be inside of a dataset
type Nullable = Dataset<"nullable", User | null>;
async function* stream(): Rows {
  yield { id: 1, name: "" };
}

async function extract(): Promise<Raw> {
  return users;
}
const tidy = task(
  { compute: compute.serverless({ memory: 1024, timeout: "5m" }), retries: 3, tags: ["nightly"] },
  (rows: Raw): Clean => rows.map((row) => ({ ...row })),
);
const summarise = task(
  { compute: compute.container({ image: "analytics:1", cpu: 4 }) },
  (rows: Clean): Metrics => ({
    total: rows.length,
  }),
);
const count = (rows: Clean, context: TaskContext): [Count, Flag] | null =>
  context.attempt > 1 ? null : [rows.length, true];
const maybe = (rows: Clean): Count | null => (rows.length > 0 ? rows.length : null);
const behind = (total: Count): Flag => total > 1;

// A task is called as the function that it is.
expectTypeOf(tidy(users)).toEqualTypeOf<Clean>();

const simple = pipeline({ name: "simple", tasks: [extract, tidy, summarise] });
const run = await simple.run({ executor });
expectTypeOf(run.datasets).toEqualTypeOf<{ readonly metrics: Metrics }>();
expectTypeOf(run.datasets.metrics.total).toEqualTypeOf<number>();
const kept = await simple.run({ executor, keep: ["raw"] });
expectTypeOf<keyof typeof kept.datasets>().toEqualTypeOf<"metrics" | "raw">();
// @ts-expect-error not produced
await simple.run({ executor, keep: ["rwa"] });

const asObject = pipeline({ name: "object", tasks: { extract, tidy, limit: 10 } });
const objectRun = await asObject.run({ executor });
expectTypeOf<keyof typeof objectRun.datasets>().toEqualTypeOf<"clean">();

const branching = pipeline({ name: "branching", tasks: [extract, tidy, maybe, behind] });
const branchRun = await branching.run({ executor, keep: ["count", "clean"] });
expectTypeOf(branchRun.datasets.flag).toEqualTypeOf<Flag | null>();
expectTypeOf(branchRun.datasets.count).toEqualTypeOf<Count | null>();
expectTypeOf(branchRun.datasets.clean).toEqualTypeOf<Clean>();

const multiple = pipeline({
  name: "multiple",
  tasks: [(rows: Clean): [Count | null, Flag] => [rows.length, true]],
});
const multipleRun = await multiple.run({ executor });
expectTypeOf<keyof typeof multipleRun.datasets>().toEqualTypeOf<"count" | "flag">();
const record = pipeline({
  name: "record",
  tasks: [async (rows: Clean): Promise<{ n: Count; m: Metrics | null }> => ({ n: rows.length, m: null })],
});
const recordRun = await record.run({ executor });
expectTypeOf(recordRun.datasets.metrics).toEqualTypeOf<Metrics | null>();
expectTypeOf(recordRun.datasets.count).toEqualTypeOf<Count>();

// Misspelt options, wrong units and wrong values are type errors.
// @ts-expect-error misspelt
task({ retrys: 3 }, extract);
// @ts-expect-error misspelt
compute.serverless({ memroy: 3 });
// @ts-expect-error unit
compute.serverless({ timeout: "5 minutes" });
// @ts-expect-error unit
task({ timeout: 5 }, extract);
// @ts-expect-error misspelt
s3({ bucket: "b", prefx: "p" });
// @ts-expect-error misspelt
dataset("d", { storge: file({ path: "a" }) });
// @ts-expect-error format
dataset("d", { format: "xml" });
// @ts-expect-error misspelt
pipeline({ name: "p", task: [extract] });
// @ts-expect-error not a function
pipeline({ name: "p", tasks: [3] });

export { behind, count, fromPayload, maybe, type Nullable, other, spread, stream, toPayload };
