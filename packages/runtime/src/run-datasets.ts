import {
  type Diagnostic,
  type Failure,
  fail,
  GlacierError,
  type Result,
  report,
  type TaskId,
} from "@glacier-ts/core";
import { findMismatch } from "@glacier-ts/storage/shape";
import type { Plan, PlannedDataset, PlannedInput, PlannedOutput, PlannedTask } from "./plan.js";
import type { StoredDatasets } from "./stored-datasets.js";
import { isAsyncIterable } from "./streams/is-async-iterable.js";
import { SharedStream } from "./streams/shared-stream.js";
import { InvalidRowError, type InvalidRows } from "./validation/validation.js";
import { changedInputs } from "./values/changed-inputs.js";
import { SharedValue } from "./values/shared-value.js";

/** What kept a dataset from being read or written, and which task was the first to meet it. */
export type DatasetFailure = Extract<Failure, { reason: "dataset-unavailable" }>;
type InputChanged = Extract<Failure, { reason: "input-changed" }>;
type OutputFailure = Extract<Failure, { reason: "output-missing" | "output-invalid" }>;

/** Who reads a stream: a parameter, or the caller of the run. */
type StreamReader = PlannedInput | "caller";

/** Gets the value of a dataset from where it is kept. */
export type Load = () => Promise<Result<unknown, Diagnostic>>;

export interface RunDatasetsOptions {
  readonly plan: Plan;
  /** Datasets whose values the caller wants. */
  readonly keep: readonly string[];
  readonly stored: StoredDatasets;
  /** How to get what a former run has made of a dataset. */
  readonly latest: (dataset: number) => Load | undefined;
  /** How to get what this run has made of a dataset, or used of a former run. */
  readonly again: (dataset: number) => Load | undefined;
  /** The run calls the task. */
  readonly isInScope: (task: number) => boolean;
  /** The task may be tried again, and so may read a stream again. */
  readonly isRetried: (task: number) => boolean;
  /** Whether what a task returns is checked against its datasets' schemas. */
  readonly validates: boolean;
}

/**
 * The values of a run's datasets, by number: null where nothing was produced, undefined where there is no value yet, or
 * no longer, or never. What no task of the run makes is loaded when it is first read. A value is dropped when its last
 * reader is done, unless the caller wants it.
 */
export class RunDatasets {
  readonly #plan: Plan;
  readonly #stored: StoredDatasets;
  readonly #kept: ReadonlySet<string>;
  readonly #latest: (dataset: number) => Load | undefined;
  readonly #again: (dataset: number) => Load | undefined;
  readonly #isInScope: (task: number) => boolean;
  readonly #isRetried: (task: number) => boolean;
  readonly #validates: boolean;
  readonly #values: unknown[];
  /** Parameters that still have to read a dataset, and one for the caller. */
  readonly #readersLeft: Int32Array;
  /** How to get the values that are not there yet, and that no task will bring. */
  readonly #loads = new Map<number, Load>();
  readonly #loading = new Map<number, Promise<Result<unknown, Diagnostic>>>();
  readonly #reported = new Set<Diagnostic>();

  constructor({ plan, keep, stored, latest, again, isInScope, isRetried, validates }: RunDatasetsOptions) {
    this.#plan = plan;
    this.#stored = stored;
    this.#kept = new Set(keep);
    this.#latest = latest;
    this.#again = again;
    this.#isInScope = isInScope;
    this.#isRetried = isRetried;
    this.#validates = validates;
    this.#values = new Array(plan.datasets.length).fill(undefined);
    this.#readersLeft = new Int32Array(plan.datasets.length);
    for (const [number, dataset] of plan.datasets.entries()) {
      let readers = this.#kept.has(dataset.name) ? 1 : 0;
      for (const reader of dataset.readers) if (isInScope(reader)) readers++;
      this.#readersLeft[number] = readers;
      const load = readers === 0 || this.#isMade(number) ? undefined : this.#loadOfOthers(number);
      if (load) this.#loads.set(number, load);
    }
  }

  /** The value of a dataset that no task has to make. */
  give(name: string, value: unknown): void {
    const number = this.#plan.datasets.findIndex((dataset) => dataset.name === name);
    if (number < 0) return;
    this.#loads.delete(number);
    this.#values[number] = this.#shareable(number, value ?? null);
  }

  /** The first dataset that is null although the task needs it. */
  firstNull(task: PlannedTask): number | undefined {
    for (const input of task.inputs) {
      if (this.#values[input.dataset] === null && !input.nullable && !input.optional) return input.dataset;
    }
    return undefined;
  }

  /**
   * Loads what a task reads and no task of the run makes, all at once; each dataset is loaded once in a run.
   *
   * @returns undefined when there is nothing to wait for, else a promise of the first failure; a failure that another
   *   task has already met is `"known"`
   */
  load(task: PlannedTask): Promise<DatasetFailure | "known" | undefined> | undefined {
    if (this.#loads.size === 0) return undefined;
    const read = new Set(task.inputs.map(({ dataset }) => dataset));
    const missing = [...read].filter((number) => this.#loads.has(number));
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
  outputsOf(task: PlannedTask, returned: unknown): unknown[] | OutputFailure {
    const values: unknown[] = [];
    for (const output of task.outputs) {
      const value = valueAt(returned, output.keys);
      if (value === null && !output.nullable) return this.#outputMissing(task, output);
      const invalid = this.#validates && value !== null && this.#outputInvalid(task, output, value);
      if (invalid) return invalid;
      values.push(value);
    }
    return values;
  }

  /**
   * Writes the outputs that have a storage, all at once. A stream is used up by that, so its place in the returned
   * values is taken by what was written. Rejects with what a stream throws.
   */
  async store(
    task: PlannedTask,
    values: readonly unknown[],
  ): Promise<unknown[] | DatasetFailure | OutputFailure> {
    // A rejection must not leave the other writes running: the task is over when all are.
    const settled = await Promise.allSettled(
      task.outputs.map((output, i) => this.#storeOne(task, output, values[i])),
    );
    const stored: unknown[] = [];
    for (const result of settled) {
      if (result.status === "rejected") throw result.reason;
      if (!result.value.ok) return result.value.failure;
      stored.push(result.value.value);
    }
    return stored;
  }

  /** Makes the outputs of a task available to its readers. */
  put(task: PlannedTask, values: readonly unknown[]): void {
    for (const [index, output] of task.outputs.entries()) {
      if (this.#readersLeft[output.dataset] === 0) continue;
      const value = values[index];
      // A stream that is stored is read from there, again and again.
      const isReadable = output.stream && output.stored;
      this.#values[output.dataset] = isReadable ? value : this.#shareable(output.dataset, value);
    }
  }

  /** A former result of the task is used again: its outputs are loaded when they are read; null for nothing. */
  putFormer(task: PlannedTask, loads: readonly (Load | null)[]): void {
    for (const [index, { dataset }] of task.outputs.entries()) {
      const load = loads[index];
      if (!load) this.#values[dataset] = null;
      else if (this.#readersLeft[dataset] !== 0) this.#setLoad(dataset, load);
    }
  }

  /**
   * A task whose former result was used runs after all: what it reads is needed once more, and what it has made is made
   * anew.
   * @returns false where what it reads is not to be had any more; nothing was changed then
   */
  takeBack(task: PlannedTask): boolean {
    const missing = new Map<number, Load>();
    for (const { dataset } of task.inputs) {
      if (this.#values[dataset] !== undefined || this.#loads.has(dataset)) continue;
      const load = this.#isMade(dataset) ? this.#again(dataset) : this.#loadOfOthers(dataset);
      if (!load) return false;
      missing.set(dataset, load);
    }
    for (const [dataset, load] of missing) this.#setLoad(dataset, load);
    for (const { dataset } of task.inputs)
      this.#readersLeft[dataset] = (this.#readersLeft[dataset] as number) + 1;
    for (const { dataset } of task.outputs) this.#loads.delete(dataset);
    return true;
  }

  /** The task was skipped: its outputs are null. */
  putNothing(task: PlannedTask): void {
    for (const output of task.outputs) this.#values[output.dataset] = null;
  }

  /** The task is done with its inputs, but for what a stream that it has returned still reads. */
  release(task: PlannedTask): void {
    for (const input of task.inputs) {
      const { dataset } = input;
      const value = this.#values[dataset];
      if (value instanceof SharedStream) task.streams ? value.settle(input) : value.release(input);
      const left = (this.#readersLeft[dataset] as number) - 1;
      this.#readersLeft[dataset] = left;
      if (left === 0) this.#values[dataset] = undefined;
    }
  }

  /**
   * The values that the caller wants; null where nothing was produced.
   * @throws GlacierError where one that was made before cannot be loaded
   */
  async kept(keep: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const numbers = new Map(this.#plan.datasets.map((dataset, number) => [dataset.name, number]));
    const kept = new Map<string, unknown>();
    for (const name of keep) {
      const number = numbers.get(name) ?? -1;
      const loaded = this.#loads.has(number) ? await this.#loadOnce(number) : undefined;
      if (loaded?.ok === false) throw new GlacierError([loaded.failure]);
      const value = this.#values[number] ?? null;
      kept.set(name, readShared(value, "caller"));
    }
    return kept;
  }

  /** Which datasets a task has tried to change for others, as far as the error tells; undefined for none. */
  changedInputs(task: PlannedTask, error: unknown): Pick<InputChanged, "datasets" | "readers"> | undefined {
    const shared = task.inputs.flatMap(({ dataset }): (readonly [number, unknown])[] => {
      const value = this.#values[dataset];
      if (value instanceof SharedValue) return [[dataset, value.read()]];
      return value instanceof SharedStream ? [[dataset, value]] : [];
    });
    const changed = [...new Set(changedInputs(error, shared))];
    if (changed.length === 0) return undefined;
    const readers = new Set(changed.flatMap((dataset) => this.#dataset(dataset).readers));
    const others = Array.from(readers, (reader) => this.#plan.tasks[reader] as PlannedTask);
    return {
      datasets: changed.map((dataset) => this.#dataset(dataset).name),
      readers: others.filter((reader) => reader !== task).map(({ manifest }) => manifest.name),
    };
  }

  #argument(input: PlannedInput): unknown {
    const value = this.#values[input.dataset];
    return value === null && !input.nullable ? undefined : readShared(value, input);
  }

  async #loadOnce(number: number): Promise<Result<unknown, Diagnostic>> {
    const loading = this.#loading.get(number) ?? (this.#loads.get(number) as Load)();
    this.#loading.set(number, loading);
    const result = await loading;
    if (result.ok && this.#loads.delete(number)) {
      const value = result.value ?? null;
      // A stream from a storage can be read again and again.
      this.#values[number] = isAsyncIterable(value) ? value : this.#shareable(number, value);
    }
    return result;
  }

  #setLoad(dataset: number, load: Load): void {
    this.#loads.set(dataset, load);
    this.#loading.delete(dataset);
  }

  /** A task of the run makes the dataset. */
  #isMade(number: number): boolean {
    const { producer } = this.#dataset(number);
    return producer !== undefined && this.#isInScope(producer);
  }

  /** How to get what no task of the run makes; undefined where somebody has to give it. */
  #loadOfOthers(number: number): Load | undefined {
    const dataset = this.#dataset(number);
    if (dataset.manifest?.storage) return () => this.#stored.load(dataset);
    if (dataset.producer === undefined) return undefined;
    return this.#latest(number) ?? (() => notKept(this.#plan, number));
  }

  async #storeOne(
    task: PlannedTask,
    output: PlannedOutput,
    value: unknown,
  ): Promise<Result<unknown, DatasetFailure | OutputFailure>> {
    const dataset = this.#dataset(output.dataset);
    if (value === null || !output.stored) return { ok: true, value };
    const invalid = (rows: InvalidRows) =>
      fail({ reason: "output-invalid" as const, ...taskOf(task), dataset: dataset.name, ...rows });
    const unavailable = (diagnostic: Diagnostic) => fail(this.#unavailable(task, output.dataset, diagnostic));
    const checked = await this.#stored.check(dataset, value);
    if (!checked.ok)
      return "code" in checked.failure ? unavailable(checked.failure) : invalid(checked.failure);
    try {
      const failure = await this.#stored.save(dataset, checked.value);
      if (failure) return unavailable(failure);
    } catch (error) {
      if (error instanceof InvalidRowError) return invalid(error.invalid);
      throw error;
    }
    if (!output.stream || this.#readersLeft[output.dataset] === 0) return checked;
    const loaded = await this.#stored.reload(dataset);
    return loaded.ok ? { ok: true, value: loaded.value.value } : unavailable(loaded.failure);
  }

  /**
   * A value for all readers of a dataset. With several, none of them can change it. A task's stream can be read once
   * only, so it is shared when another reader or attempt may read it again.
   */
  #shareable(number: number, value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (!isAsyncIterable(value)) {
      return (this.#readersLeft[number] as number) > 1 ? new SharedValue(value) : value;
    }
    const readers = this.#streamReaders(number);
    const isReadOnce = readers.length === 1 && !readers[0]?.[1];
    return isReadOnce ? value : new SharedStream<unknown, StreamReader>(value, { readers });
  }

  #streamReaders(number: number): (readonly [reader: StreamReader, mayReplay: boolean])[] {
    const dataset = this.#dataset(number);
    const tasks = [...new Set(dataset.readers)].filter(this.#isInScope);
    const readers = tasks.flatMap((task) =>
      (this.#plan.tasks[task] as PlannedTask).inputs
        .filter((input) => input.dataset === number)
        .map((input): readonly [StreamReader, boolean] => [input, this.#isRetried(task)]),
    );
    return this.#kept.has(dataset.name) ? [...readers, ["caller", false]] : readers;
  }

  #outputMissing(task: PlannedTask, output: PlannedOutput): OutputFailure {
    const dataset = this.#dataset(output.dataset).name;
    return { reason: "output-missing", ...taskOf(task), dataset, path: output.path };
  }

  #outputInvalid(task: PlannedTask, output: PlannedOutput, value: unknown): OutputFailure | undefined {
    const { name: dataset, schema } = this.#dataset(output.dataset);
    const mismatch = schema && findMismatch(value, schema);
    return mismatch && { reason: "output-invalid", ...taskOf(task), dataset, ...mismatch };
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

async function notKept({ tasks, datasets }: Plan, number: number): Promise<Result<unknown, Diagnostic>> {
  const { name: dataset, producer = -1 } = datasets[number] as PlannedDataset;
  const task = tasks[producer]?.manifest.name ?? "";
  return fail(report("datasetNotKept", { dataset, task }));
}

function readShared(value: unknown, reader: StreamReader): unknown {
  if (value instanceof SharedStream) return value.read(reader);
  return value instanceof SharedValue ? value.read() : value;
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
