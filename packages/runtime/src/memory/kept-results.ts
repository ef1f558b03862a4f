import process from "node:process";
import {
  type Diagnostic,
  fail,
  GlacierError,
  type Result,
  type RunEvent,
  type RunStatus,
  report,
  succeed,
  type TaskId,
  type TaskStatus,
  type Verdict,
} from "@glacier-ts/core";
import type { PlannedDataset, PlannedOutput, PlannedTask } from "../plan.js";
import type { Load } from "../run-datasets.js";
import type { RunRecorder, State, StoredOutput, StoredResult } from "../state/index.js";
import { type KeyParts, keyOf, keyParts } from "./cache-key.js";
import type { CachePolicy } from "./cache-policy.js";
import type {
  Effort,
  FormerOutput,
  FormerResult,
  NewVersion,
  RememberedRun,
  RunMemory,
} from "./run-memory.js";
import { compareParts, type Staleness } from "./staleness.js";

export interface KeptResultsOptions extends RememberedRun {
  readonly state: State;
  /** Undefined where nothing is to be written. */
  readonly recorder: RunRecorder | undefined;
  readonly params: ReadonlyMap<string, unknown>;
  /** By task; a task without one always runs. */
  readonly codeVersions: ReadonlyMap<string, string>;
  readonly policyOf: (task: PlannedTask) => CachePolicy;
  readonly isForced: (task: TaskId) => boolean;
  /** By task: results that are used without looking whether they are current. */
  readonly decided: ReadonlyMap<string, DecidedResult>;
}

/** A result that a task is to use again. */
export interface DecidedResult {
  readonly result: StoredResult;
  /** Its artifacts were there a moment ago. One that is gone by the time it is read is made again. */
  readonly isThere: boolean;
}

/** Whether a task has to run. */
export type Examination =
  | { readonly isCurrent: true; readonly former: FormerResult; readonly result: StoredResult }
  | { readonly isCurrent: false; readonly why: Staleness };

interface TaskKey {
  readonly key: string;
  readonly parts: KeyParts;
}

type KeptOutput = Omit<StoredOutput, "dataset" | "path">;

/** A run's memory in `.glacier`: which results are current, and what this run adds to them. */
export class KeptResults implements RunMemory {
  readonly #options: KeptResultsOptions;
  /** By dataset: the version that this run works with; null for nothing, undefined where it has none, or none yet. */
  readonly #versions: (string | null | undefined)[];
  /** By dataset: what this run has made, or used of a former run. */
  readonly #outputs: (StoredOutput | undefined)[] = [];
  readonly #readings = new Map<number, Promise<void>>();
  readonly #keys = new Map<TaskId, TaskKey>();
  #last: ReadonlyMap<string, StoredResult> | undefined;
  /** Notes that are on their way to the disk. */
  readonly #notes = new Set<Promise<void>>();

  constructor(options: KeptResultsOptions) {
    this.#options = options;
    this.#versions = new Array(options.plan.datasets.length).fill(undefined);
  }

  recall(task: PlannedTask): FormerResult | undefined | Promise<FormerResult | undefined> {
    const formerOf = (found: Examination) => (found.isCurrent ? found.former : undefined);
    const examined = this.examine(task);
    return examined instanceof Promise ? examined.then(formerOf) : formerOf(examined);
  }

  /**
   * Says whether a task has to run. Everything that it reads of tasks of this run was examined, or has run, before.
   * At once where no file has to be looked at.
   */
  examine(task: PlannedTask): Examination | Promise<Examination> {
    const others = task.inputs.map(({ dataset }) => dataset).filter((dataset) => this.#isOthers(dataset));
    if (others.length === 0) return this.#examine(task);
    return Promise.all(others.map((dataset) => this.#readVersion(dataset))).then(() => this.#examine(task));
  }

  async keep(
    task: PlannedTask,
    values: readonly unknown[],
    effort: Effort,
    onWritten: () => void,
    verdict?: Verdict,
  ): Promise<Result<readonly NewVersion[], Diagnostic>> {
    try {
      return await this.#keepAll(task, values, effort, onWritten, verdict);
    } catch (error) {
      if (error instanceof GlacierError && error.diagnostics[0]) return fail(error.diagnostics[0]);
      throw error;
    }
  }

  note({ id, outputs }: PlannedTask, status: TaskStatus, effort: Effort, cachedFrom?: string): void {
    if (status === "skipped") {
      for (const { dataset, path } of outputs)
        this.#useOutput(dataset, { dataset: this.#dataset(dataset).name, path, version: null });
    }
    const key = this.#keys.get(id)?.key;
    const commit = this.#options.recorder?.commit(undefined, {
      id,
      status,
      ...effort,
      ...(cachedFrom !== undefined && key !== undefined && { key, cachedFrom }),
    });
    if (!commit) return;
    // Rejections are for `finish`.
    commit.catch(() => {});
    this.#notes.add(commit);
  }

  latest(dataset: number): Load | undefined {
    const output = this.#latestOutput(dataset);
    return output && this.#load(dataset, output);
  }

  again(dataset: number): Load | undefined {
    const output = this.#outputs[dataset];
    return output && this.#load(dataset, output);
  }

  /** The dataset is known to be null. */
  isNothing(dataset: number): boolean {
    return this.#versions[dataset] === null;
  }

  versionOf(dataset: number): string | null | undefined {
    return this.#versions[dataset];
  }

  append(event: RunEvent): void {
    this.#options.recorder?.append(event);
  }

  async finish(status: RunStatus): Promise<void> {
    await Promise.all(this.#notes);
    this.#options.recorder?.finish(status);
  }

  #examine(task: PlannedTask): Examination | Promise<Examination> {
    const { decided, policyOf, isForced } = this.#options;
    const chosen = decided.get(task.id);
    if (chosen) {
      const { result, isThere } = chosen;
      this.#keys.set(task.id, { key: result.key, parts: result.parts as KeyParts });
      return this.#useIfThere(task, result, isThere);
    }
    const policy = policyOf(task);
    const found = this.#partsOf(task, policy);
    if (isForced(task.id)) return stale({ reason: "forced" });
    if (!policy.isAllowed) return stale({ reason: "not-cached" });
    if ("reason" in found) return stale(found);
    const { key, parts } = found;
    const result = this.#resultOf(task, key);
    if (!result) return stale(this.#whatChanged(task, parts));
    const ageMs = Date.now() - Date.parse(result.createdAt);
    const { maxAgeMs } = policy;
    if (maxAgeMs !== undefined && !(ageMs <= maxAgeMs)) return stale({ reason: "too-old", ageMs, maxAgeMs });
    return this.#useIfThere(task, result);
  }

  /** What a result of the task would be made of now, and the key of that; or why that is not known. */
  #partsOf(task: PlannedTask, policy: CachePolicy): TaskKey | Staleness {
    const { codeVersions, params, plan } = this.#options;
    const code = codeVersions.get(task.id);
    if (code === undefined) return { reason: "no-code-version" };
    const unversioned = task.inputs.find(({ dataset }) => this.#versions[dataset] === undefined);
    if (unversioned) return { reason: "unversioned-input", dataset: this.#dataset(unversioned.dataset).name };
    const parts = keyParts(task, {
      code,
      versionOf: (dataset) => this.#versions[dataset] ?? null,
      datasets: plan.datasets,
      params,
      env: policy.env,
      environment: process.env,
    });
    const found = { key: keyOf(task.id, parts), parts };
    this.#keys.set(task.id, found);
    return found;
  }

  #resultOf({ id }: PlannedTask, key: string): StoredResult | undefined {
    const last = this.#lastResults().get(id);
    return last?.key === key ? last : this.#options.state.result(id, key);
  }

  /** The newest result of each task: most often the one that is looked for. */
  #lastResults(): ReadonlyMap<string, StoredResult> {
    const { state, plan } = this.#options;
    this.#last ??= new Map(state.lastResults(plan.graph.id).map((result) => [result.task, result]));
    return this.#last;
  }

  #whatChanged(task: PlannedTask, parts: KeyParts): Staleness {
    const last = this.#lastResults().get(task.id);
    // Without a key there are no parts; and no database can be trusted with every byte.
    if (!last || keyOf(task.id, last.parts) !== last.key) return { reason: "never-run" };
    const changes = compareParts(last.parts as KeyParts, parts);
    return { reason: "changed", changes };
  }

  /** A result, if everything that it has left is still there, and still holds. */
  #useIfThere(task: PlannedTask, result: StoredResult, isThere = false): Examination | Promise<Examination> {
    const { artifacts } = this.#options.state;
    const why = verdictStaleness(task, result);
    if (why) return stale(why);
    const byDataset = new Map(result.outputs.map((output) => [output.dataset, output]));
    const gone = task.outputs.find(({ dataset }) => {
      const output = byDataset.get(this.#dataset(dataset).name);
      if (!output) return true;
      return !isThere && output.artifact !== undefined && !artifacts.has(output.artifact);
    });
    if (gone) return stale({ reason: "output-gone", dataset: this.#dataset(gone.dataset).name });
    const stored = task.outputs.filter(({ stored }) => stored);
    if (stored.length === 0) return this.#current(task, result, byDataset);
    return Promise.all(
      stored.map(async ({ dataset }): Promise<string | undefined> => {
        const { name } = this.#dataset(dataset);
        const kept = byDataset.get(name);
        if (kept?.version === null) return undefined;
        const found = await this.#storedVersion(dataset);
        return found?.ok && found.value.version === kept?.version ? undefined : name;
      }),
    ).then((changed) => {
      const dataset = changed.find((name) => name !== undefined);
      return dataset === undefined
        ? this.#current(task, result, byDataset)
        : stale({ reason: "output-gone", dataset });
    });
  }

  #current(
    task: PlannedTask,
    result: StoredResult,
    byDataset: ReadonlyMap<string, StoredOutput>,
  ): Examination {
    const outputs = task.outputs.map(({ dataset }): FormerOutput | null => {
      const output = byDataset.get(this.#dataset(dataset).name) as StoredOutput;
      this.#useOutput(dataset, output);
      return output.version === null ? null : { version: output.version, load: this.#load(dataset, output) };
    });
    return { isCurrent: true, result, former: formerResult(result, outputs) };
  }

  /** @throws GlacierError for GLA5026 */
  async #keepAll(
    task: PlannedTask,
    values: readonly unknown[],
    effort: Effort,
    onWritten: () => void,
    verdict: Verdict | undefined,
  ): Promise<Result<readonly NewVersion[], Diagnostic>> {
    const outputs: StoredOutput[] = [];
    const versions: NewVersion[] = [];
    for (const [index, output] of task.outputs.entries()) {
      const value = values[index];
      const kept = value === null ? nothing : await this.#keepOne(output, value);
      if (!kept?.ok) {
        if (kept) return kept;
        continue;
      }
      const { name: dataset, manifest } = this.#dataset(output.dataset);
      const count = Array.isArray(value) ? value.length : this.#options.stored.rowsOf(dataset);
      const rows = count === undefined ? {} : { rows: count };
      const schema = manifest ? { schema: manifest.schema.slice("#/schemas/".length) } : {};
      const made = { dataset, path: output.path, ...kept.value, ...rows, ...schema };
      outputs.push(made);
      this.#useOutput(output.dataset, made);
      const { version, sizeBytes } = kept.value;
      if (version !== null) versions.push({ dataset, version, ...rows, ...(sizeBytes && { sizeBytes }) });
    }
    // What cannot be kept whole is made anew each time.
    const isWhole = outputs.length === task.outputs.length;
    const result = isWhole
      ? { ...this.#result(task, outputs, effort), ...(verdict && { verdict }) }
      : undefined;
    const row = { id: task.id, status: "succeeded" as const, ...effort, ...(result && { key: result.key }) };
    const committed = this.#options.recorder?.commit(result, row);
    onWritten();
    await committed;
    return succeed(versions);
  }

  /** The run works with an output of a task, of this run or a former one. */
  #useOutput(dataset: number, output: StoredOutput): void {
    this.#outputs[dataset] = output;
    this.#versions[dataset] = output.version;
  }

  /** Keeps a value; undefined where it cannot be kept. */
  async #keepOne(output: PlannedOutput, value: unknown): Promise<Result<KeptOutput, Diagnostic> | undefined> {
    if (output.stored) {
      const found = await this.#storedVersion(output.dataset);
      if (!found?.ok) return found;
      const { version, place, sizeBytes } = found.value;
      return succeed({ version, place, sizeBytes });
    }
    if (output.stream) return undefined;
    const put = await this.#options.state.artifacts.put(value);
    if (!put.ok) return undefined;
    const { hash, sizeBytes } = put.value;
    return succeed({ version: hash, artifact: hash, sizeBytes });
  }

  #result(task: PlannedTask, outputs: readonly StoredOutput[], { durationMs }: Effort): StoredResult {
    const { runId, plan } = this.#options;
    // Without a key of its own a result is only found by its run.
    const { key, parts } = this.#keys.get(task.id) ?? { key: `${runId} ${task.id}`, parts: {} };
    const createdAt = new Date().toISOString();
    return { key, runId, task: task.id, pipelineId: plan.graph.id, createdAt, parts, outputs, durationMs };
  }

  #load(dataset: number, { version, artifact }: StoredOutput): Load {
    if (version === null) return async () => succeed(null);
    const { stored, state } = this.#options;
    const planned = this.#dataset(dataset);
    if (artifact === undefined) return () => stored.load(planned);
    return async () => {
      const found = await state.artifacts.get(artifact);
      if (found.ok) return found;
      return fail(report("artifactLost", { dataset: planned.name, isDamaged: found.failure === "corrupt" }));
    };
  }

  /** No task of this run makes the dataset, and its version is not known yet. */
  #isOthers(dataset: number): boolean {
    return this.#versions[dataset] === undefined && !this.#options.isMade(this.#dataset(dataset));
  }

  /** Reads the version of what no task of this run makes, once. */
  #readVersion(dataset: number): Promise<void> {
    let reading = this.#readings.get(dataset);
    if (!reading) {
      reading = this.#findVersion(dataset).then((version) => {
        this.#versions[dataset] = version;
      });
      this.#readings.set(dataset, reading);
    }
    return reading;
  }

  /** Null where nothing is there: the reading will say what is missing. */
  async #findVersion(dataset: number): Promise<string | null | undefined> {
    if (this.#dataset(dataset).manifest?.storage) {
      const found = await this.#storedVersion(dataset);
      return found?.ok ? found.value.version : undefined;
    }
    return this.#latestOutput(dataset)?.version ?? null;
  }

  #storedVersion(dataset: number) {
    const { stored, state } = this.#options;
    const known = (place: string, mark: string) => state.objects.version(place, mark);
    return stored.version(this.#dataset(dataset), known).then((found) => {
      if (found?.ok && found.value.mark !== undefined)
        state.objects.remember(found.value.place, found.value.mark, found.value.version);
      return found;
    });
  }

  #latestOutput(dataset: number): StoredOutput | undefined {
    const { plan } = this.#options;
    const { producer, name } = this.#dataset(dataset);
    const task = producer === undefined ? undefined : plan.tasks[producer];
    const result = task && this.#lastResults().get(task.id);
    return result?.outputs.find((output) => output.dataset === name);
  }

  #dataset(number: number): PlannedDataset {
    return this.#options.plan.datasets[number] as PlannedDataset;
  }
}

function formerResult(
  { runId, verdict }: StoredResult,
  outputs: readonly (FormerOutput | null)[],
): FormerResult {
  return { runId, outputs, ...(verdict && { verdict }) };
}

/** Why what a check has found is of no use any more; undefined for a task, and where it is. */
function verdictStaleness(
  { manifest: { check } }: PlannedTask,
  { verdict, createdAt }: StoredResult,
): Staleness | undefined {
  if (!check) return undefined;
  // It did not stop anybody when it was found; now it would.
  if (!verdict || (!verdict.passed && check.severity === "error")) return { reason: "never-run" };
  const untilMs = Date.parse(verdict.validUntil ?? "");
  if (!(untilMs < Date.now())) return undefined;
  const createdMs = Date.parse(createdAt);
  return { reason: "too-old", ageMs: Date.now() - createdMs, maxAgeMs: Math.max(0, untilMs - createdMs) };
}

const nothing: Result<KeptOutput, never> = succeed({ version: null });
const stale = (why: Staleness): Examination => ({ isCurrent: false, why });
