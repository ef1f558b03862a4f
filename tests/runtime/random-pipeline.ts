import fc from "fast-check";
import { idOf, makePipeline, type SketchedPipeline, type TaskSketch } from "./make-graph.js";

/** A task of a random pipeline. Datasets are named after the task that makes them and the output's position. */
export interface RandomTask {
  readonly name: string;
  readonly reads: readonly { dataset: string; nullable?: true; optional?: true }[];
  readonly outputs: readonly { dataset: string; path: string; nullable?: true; isNull: boolean }[];
  /** Turns of the event loop that the function takes; synchronous for undefined. */
  readonly turns: number | undefined;
}

/** Random tasks, each after those that it reads from. */
export const randomTasks: fc.Arbitrary<readonly RandomTask[]> = fc
  .array(
    fc.record({
      reads: fc.array(
        fc.record({
          from: fc.nat(),
          output: fc.nat(),
          accepts: fc.constantFrom("value", "null", "undefined"),
        }),
        { maxLength: 4 },
      ),
      outputs: fc.array(fc.constantFrom("value", "value", "maybe", "null"), { minLength: 1, maxLength: 3 }),
      isWhole: fc.boolean(),
      turns: fc.option(fc.nat(3), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drafts) => {
    const tasks: RandomTask[] = [];
    for (const draft of drafts) {
      const name = `t${tasks.length}`;
      const reads = draft.reads.flatMap(({ from, output, accepts }) => {
        const source = tasks[from % Math.max(1, tasks.length)];
        const dataset = source?.outputs[output % source.outputs.length]?.dataset;
        if (dataset === undefined) return [];
        const flag = accepts === "null" ? { nullable: true as const } : { optional: true as const };
        return { dataset, ...(accepts !== "value" && flag) };
      });
      const kinds = draft.isWhole ? draft.outputs.slice(0, 1) : draft.outputs;
      const outputs = kinds.map((kind, index) => ({
        dataset: `${name}_${index}`,
        path: draft.isWhole ? "" : `/${index}`,
        ...(kind !== "value" && { nullable: true as const }),
        isNull: kind === "null",
      }));
      tasks.push({ name, reads, outputs, turns: draft.turns });
    }
    return tasks;
  });

/** What a function saw, in order. */
export interface Trace {
  readonly started: string[];
  readonly log: string[];
  running: number;
  mostRunning: number;
}

/**
 * The pipeline of random tasks, whose functions write down when they start and end.
 *
 * @param order the tasks, in the order of the source
 * @param onStart called in each function first; may throw
 */
export function sketchRandom(
  order: readonly RandomTask[],
  trace: Trace,
  onStart: (task: RandomTask) => void = () => {},
): SketchedPipeline {
  return makePipeline(
    order.map((task): TaskSketch => {
      const begin = () => {
        trace.started.push(task.name);
        trace.log.push(`start ${task.name}`);
        trace.mostRunning = Math.max(trace.mostRunning, ++trace.running);
      };
      const end = () => {
        trace.running--;
        trace.log.push(`end ${task.name}`);
      };
      const run = (...inputs: unknown[]) => {
        begin();
        try {
          onStart(task);
          return resultOf(task, inputs);
        } finally {
          end();
        }
      };
      const runLater = async (...inputs: unknown[]) => {
        begin();
        try {
          onStart(task);
          for (let turn = 0; turn < (task.turns ?? 0); turn++)
            await new Promise<void>((resolve) => setImmediate(resolve));
          return resultOf(task, inputs);
        } finally {
          end();
        }
      };
      const makes = task.outputs.map(({ isNull: _, ...output }) => output);
      return { name: task.name, reads: task.reads, makes, run: task.turns === undefined ? run : runLater };
    }),
  );
}

export const newTrace = (): Trace => ({ started: [], log: [], running: 0, mostRunning: 0 });

function resultOf(task: RandomTask, inputs: readonly unknown[]): unknown {
  const values = task.outputs.map((output) => (output.isNull ? null : payloadOf(output.dataset, inputs)));
  return task.outputs[0]?.path === "" ? values[0] : values;
}

/** A number that says which values a dataset was made of. */
function payloadOf(dataset: string, inputs: readonly unknown[]): number {
  const text = `${dataset}(${inputs.map(String).join()})`;
  let hash = 7;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) % 1_000_000_007;
  return hash;
}

/** What a run must come to: evaluated task by task, in the order in which the tasks were made. */
export function evaluate(tasks: readonly RandomTask[]) {
  const values = new Map<string, unknown>();
  const statuses = new Map<string, string>();
  const skips = new Map<string, string>();
  for (const task of tasks) {
    const missing = task.reads.find((r) => values.get(r.dataset) === null && !r.nullable && !r.optional);
    if (missing) {
      skips.set(idOf(task.name), missing.dataset);
      for (const output of task.outputs) values.set(output.dataset, null);
    } else {
      const inputs = task.reads.map((r) => values.get(r.dataset) ?? (r.nullable ? null : undefined));
      for (const output of task.outputs)
        values.set(output.dataset, output.isNull ? null : payloadOf(output.dataset, inputs));
    }
    statuses.set(idOf(task.name), missing ? "skipped" : "succeeded");
  }
  return { values, statuses, skips };
}
