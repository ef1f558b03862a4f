/** What executors, storage adapters and targets implement. */
import type { Signal } from "./context.js";
import type { Diagnostic } from "./diagnostic.js";
import type { RunEvent, RunStatus } from "./event.js";
import type { Failure } from "./failure.js";
import type { Graph, TaskId } from "./graph.js";
import type { ResourceDeclaration } from "./resource.js";
import type { Result } from "./result.js";
import type { TaskFunction } from "./task.js";

/**
 * Runs a graph's tasks.
 *
 * Guarantees: a task starts only when everything it reads is there; each task succeeds at most once; a consumer of
 * null is skipped unless its parameter accepts null or undefined; `execute` settles only when no task is running;
 * a resource is opened once at most, and closed before the run is over, whatever has happened;
 * it rejects with a GlacierError, before anything runs, where a secret is missing (GLA5018, GLA5019), and else only for an error
 * in the executor itself. The value of a secret is in no event and no failure.
 */
export interface Executor {
  readonly name: string;
  execute(request: RunRequest): Promise<RunOutcome>;
}

/** Finds the value of a secret, such as in a vault; undefined where there is none. It is asked before anything runs. */
export type SecretProvider = (name: string) => string | undefined | Promise<string | undefined>;

export interface RunRequest {
  readonly graph: Graph;
  /** The function of every task in the graph. */
  readonly functions: ReadonlyMap<TaskId, TaskFunction>;
  /** The project's folder, which `file()` paths are relative to: a path or a `file:` URL. */
  readonly projectRoot: string;
  /** Datasets whose values the caller wants; all others may be dropped when their last reader is done. */
  readonly keep: readonly string[];
  /** Run parameters by name; checked before. */
  readonly params?: ReadonlyMap<string, unknown>;
  /** Finds the value of a secret; by default the executor's own way, such as the environment. */
  readonly secrets?: SecretProvider;
  /** The resources that the tasks take, by name. */
  readonly resources?: ReadonlyMap<string, ResourceDeclaration<string, {}>>;
  /** Cancels the run. */
  readonly signal?: Signal;
  /** How long the run may take. */
  readonly timeoutMs?: number;
  /** Goes on with what does not depend on a failed task; by default a run stops at its first failure. */
  readonly keepGoing?: boolean;
  /**
   * The tasks to run; all by default. What they read of other tasks is taken from `given`, from the dataset's storage or
   * from what the executor remembers of former runs.
   */
  readonly selected?: ReadonlySet<TaskId>;
  /** Values of datasets that need not be produced. */
  readonly given?: ReadonlyMap<string, unknown>;
  /** Where a task's function can be imported from, for an executor that runs it on a thread or in another process. */
  readonly moduleOf?: (task: TaskId) => TaskModule | undefined;
  /** Called for every event, in order; must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Where a function is exported. */
export interface TaskModule {
  /** The JavaScript module, as a `file:` URL. */
  readonly url: string;
  /** The names on the way to the function: `["Sales", "clean"]`. */
  readonly path: readonly string[];
}

export interface RunOutcome {
  readonly runId: string;
  readonly status: RunStatus;
  /** Values of the datasets in `keep`; null where nothing was produced. */
  readonly datasets: ReadonlyMap<string, unknown>;
  /** The tasks that were selected. */
  readonly tasks: ReadonlyMap<TaskId, TaskStatus>;
  /** In the order in which they happened. */
  readonly failures: readonly Failure[];
  /** What went wrong beside the tasks: GLA5047 for resources that could not be closed. */
  readonly warnings?: readonly Diagnostic[];
  readonly durationMs: number;
}

export type TaskStatus = "succeeded" | "cached" | "failed" | "skipped" | "cancelled";

/**
 * Reads and writes the bytes of one kind of storage. What the bytes mean is the business of formats.
 *
 * Guarantees: `write` is atomic: a reader sees the whole former object or the whole new one, also after a crash.
 */
export interface StorageAdapter<Address> {
  /** The storage descriptor's kind. */
  readonly kind: string;
  /** Opens an object for reading; GLA50xx when it is not there or cannot be read. */
  open(address: Address): Promise<Result<ByteSource, Diagnostic>>;
  /** Replaces an object; GLA50xx when it cannot be written. Errors that `chunks` throws are passed on. */
  write(
    address: Address,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<Result<StoredObject, Diagnostic>>;
  /** Names an address for people. */
  describe(address: Address): string;
}

/** An object that is open for reading. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Another one when the content is another one, and known without reading it: the times of a file, an ETag. */
  readonly mark?: string;
  /** Bytes from `start` up to, but not including, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface StoredObject {
  readonly sizeBytes: number;
}

/**
 * Turns a graph into something that can be deployed.
 *
 * @typeParam Compiled what the target makes: files held in memory, with methods that write them
 */
export interface Target<Compiled> {
  readonly name: string;
  /** GLA6xxx for what the target cannot express. */
  compile(graph: Graph): Result<Compiled, readonly Diagnostic[]>;
}
