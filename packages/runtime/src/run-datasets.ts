import type { Diagnostic, Failure, Result, TaskId } from "@glacier-ts/core";
import type { Plan, PlannedInput, PlannedOutput, PlannedTask } from "./plan.js";
import { SharedStream } from "./shared-stream.js";
import type { StoredDatasets } from "./stored-datasets.js";

/** What kept a dataset from being read or written, and which task was the first to meet it. */
export type DatasetFailure = Extract<Failure, { reason: "dataset-unavailable" }>;
type OutputMissing = Extract<Failure, { reason: "output-missing" }>;

/**
 * The values of a run's datasets, by number: null where nothing was produced, undefined where there is no value yet, or
 * no longer, or never. A value is dropped when its last reader is done, unless the caller wants it.
 */
export class RunDatasets {
  readonly #plan: Plan;
  readonly #stored: StoredDatasets;
  readonly #isRetried: (task: number) => boolean;
  readonly #values: unknown[];
  /** Parameters that still have to read a dataset, and one for the caller. */
  readonly #readersLeft: Int32Array;
  readonly #loads = new Map<number, Promise<Result<unknown, Diagnostic>>>();
  readonly #loaded = new Set<number>();
  readonly #reported = new Set<Diagnostic>();

  /** @param isRetried whether a task may be tried again, and so may read a stream again */
  constructor(
    plan: Plan,
    keep: readonly string[],
    stored: StoredDatasets,
    isRetried: (task: number) => boolean,
  ) {
    this.#plan = plan;
    this.#stored = stored;
    this.#isRetried = isRetried;
    this.#values = new Array(plan.datasets.length).fill(undefined);
    this.#readersLeft = Int32Array.from(plan.datasets, (dataset) => dataset.readers.length);
    const kept = new Set(keep);
    for (const [number, dataset] of plan.datasets.entries())
      if (kept.has(dataset.name)) this.#readersLeft[number] = dataset.readers.length + 1;
  }

  /** The first dataset that is null although the task needs it. */
  firstNull(task: PlannedTask): number | undefined {
    for (const input of task.inputs) {
      if (this.#values[input.dataset] === null && !input.nullable && !input.optional) return input.dataset;
    }
    return undefined;
  }

  /**
   * Loads the external datasets of a task that are not there yet, all at once; each is loaded once in a run.
   *
   * @returns undefined when there is nothing to wait for, else a promise of the first failure; a failure that another
   *   task has already met is `"known"`
   */
  load(task: PlannedTask): Promise<DatasetFailure | "known" | undefined> | undefined {
    const missing = task.external.filter((number) => !this.#loaded.has(number));
    if (missing.length === 0) return undefined;
    return Promise.all(missing.map((number) => this.#loadOnce(number))).then((results) => {
      for (const [index, result] of results.entries()) {
        if (result.ok) continue;
        if (this.#reported.has(result.failure)) return "known";
        this.#reported.add(result.failure);
        return this.#unavailable(task, missing[index] as number, result.failure);
      }
      return undefined;
    });
  }

  /** The argument list for a task whose inputs are there; with a hole for the context. */
  argumentsOf(task: PlannedTask): unknown[] {
    const list = new Array<unknown>(task.arity).fill(undefined);
    for (const input of task.inputs) list[input.position] = this.#argument(input);
    return list;
  }

  /**
   * Takes the outputs of a task out of the value that it returned, in the manifest's order; null for nothing.
   * May throw what a getter of the value throws.
   */
  outputsOf(task: PlannedTask, returned: unknown): unknown[] | OutputMissing {
    const values: unknown[] = [];
    for (const output of task.outputs) {
      const value = valueAt(returned, output.keys);
      if (value === null && !output.nullable) return this.#outputMissing(task, output);
      values.push(value);
    }
    return values;
  }

  /**
   * Writes the outputs that have a storage, all at once. A stream is used up by that, so its place in the returned
   * values is taken by what was written. Rejects with what a stream throws.
   */
  async store(task: PlannedTask, values: readonly unknown[]): Promise<unknown[] | DatasetFailure> {
    // A rejection must not leave the other writes running: the task is over when all are.
    const settled = await Promise.allSettled(
      task.outputs.map((output, i) => this.#storeOne(output, values[i])),
    );
    const stored: unknown[] = [];
    for (const [index, result] of settled.entries()) {
      if (result.status === "rejected") throw result.reason;
      if (!result.value.ok)
        return this.#unavailable(task, task.outputs[index]?.dataset as number, result.value.failure);
      stored.push(result.value.value);
    }
    return stored;
  }

  /** Makes the outputs of a task available to its readers. */
  put(task: PlannedTask, values: readonly unknown[]): void {
    for (const [index, output] of task.outputs.entries()) {
      if (this.#readersLeft[output.dataset] === 0) continue;
      const value = values[index];
      this.#values[output.dataset] =
        output.stream && !output.stored ? this.#shareable(output.dataset, value) : value;
    }
  }

  /** The task was skipped: its outputs are null. */
  putNothing(task: PlannedTask): void {
    for (const output of task.outputs) this.#values[output.dataset] = null;
  }

  /** The task is done with its inputs. */
  release(task: PlannedTask): void {
    for (const { dataset } of task.inputs) {
      const left = (this.#readersLeft[dataset] as number) - 1;
      this.#readersLeft[dataset] = left;
      if (left === 0) this.#values[dataset] = undefined;
    }
  }

  /** The values that the caller wants; null where nothing was produced. */
  kept(keep: readonly string[]): ReadonlyMap<string, unknown> {
    const numbers = new Map(this.#plan.datasets.map((dataset, number) => [dataset.name, number]));
    return new Map(keep.map((name) => [name, this.#values[numbers.get(name) ?? -1] ?? null]));
  }

  #argument(input: PlannedInput): unknown {
    const value = this.#values[input.dataset];
    return value === null && !input.nullable ? undefined : value;
  }

  async #loadOnce(number: number): Promise<Result<unknown, Diagnostic>> {
    let load = this.#loads.get(number);
    if (!load) {
      load = this.#stored.load(this.#dataset(number));
      this.#loads.set(number, load);
    }
    const result = await load;
    if (result.ok && !this.#loaded.has(number)) {
      this.#loaded.add(number);
      this.#values[number] = result.value ?? null;
    }
    return result;
  }

  async #storeOne(output: PlannedOutput, value: unknown): Promise<Result<unknown, Diagnostic>> {
    const dataset = this.#dataset(output.dataset);
    if (value === null || !output.stored) return { ok: true, value };
    const failure = await this.#stored.save(dataset, value);
    if (failure) return { ok: false, failure };
    if (!output.stream || this.#readersLeft[output.dataset] === 0) return { ok: true, value };
    const loaded = await this.#stored.reload(dataset);
    return loaded.ok ? { ok: true, value: loaded.value.value } : loaded;
  }

  /** A task's stream can be read once only, so it is shared when another reader or attempt may read it again. */
  #shareable(number: number, value: unknown): unknown {
    if (!isAsyncIterable(value)) return value;
    const isReadOnce = (this.#readersLeft[number] as number) <= 1;
    return isReadOnce && !this.#dataset(number).readers.some(this.#isRetried)
      ? value
      : new SharedStream(value);
  }

  #outputMissing(task: PlannedTask, output: PlannedOutput): OutputMissing {
    const dataset = this.#dataset(output.dataset).name;
    return { reason: "output-missing", ...taskOf(task), dataset, path: output.path };
  }

  #unavailable(task: PlannedTask, number: number, diagnostic: Diagnostic): DatasetFailure {
    return {
      reason: "dataset-unavailable",
      ...taskOf(task),
      dataset: this.#dataset(number).name,
      diagnostic,
    };
  }

  #dataset(number: number) {
    const dataset = this.#plan.datasets[number];
    if (!dataset) throw new Error(`Internal error: no dataset ${number} in the plan`);
    return dataset;
  }
}

/** The part of a failure that says which task failed, and what it reads. */
export function taskOf(task: PlannedTask): { task: TaskId; inputs: readonly string[] } {
  return { task: task.id, inputs: [...new Set(task.manifest.inputs.map((input) => input.dataset))] };
}

/** The value at the end of a path of properties; null where there is none. */
function valueAt(value: unknown, keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) at = (at as Record<string, unknown> | null | undefined)?.[key];
  return at ?? null;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
