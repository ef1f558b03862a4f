/** What executors, storage adapters and targets implement. */
import type { CheckOutcome } from "./check.js";
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
  /** Imports the modules of datasets that have a schema, by their names in the manifest; by default, from their files. */
  readonly imports?: ModuleImports;
  /** Called for every event, in order; must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Functions that import modules, by the modules' names in the manifest. */
export interface ModuleImports {
  readonly [module: string]: () => Promise<unknown>;
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
  /** What the checks have found, in the order in which they were done; absent where there is none. */
  readonly checks?: readonly CheckOutcome[];
  /** What went wrong beside the tasks, such as GLA5076 for checks that warn. */
  readonly warnings?: readonly Diagnostic[];
  readonly durationMs: number;
}

export type TaskStatus = "succeeded" | "cached" | "failed" | "skipped" | "cancelled";

/**
 * The objects of a storage below one root: a folder, a bucket with a prefix. What their bytes mean is the business of
 * formats.
 *
 * Guarantees: `write` is atomic: a reader sees the whole former object or the whole new one, also after a crash, and a
 * write that fails leaves what was there. A key is a name of one object; whatever is in it, it never leads out of the
 * root. Everything rejects with a StorageError where the storage refuses, and with nothing else but an error of Glacier;
 * no message has a credential in it.
 */
export interface ObjectStore {
  /** The storage descriptor's kind. */
  readonly kind: string;
  readonly capabilities: StorageCapabilities;
  /** Names an object for people. */
  describe(key: string): string;
  /** Opens an object for reading. */
  open(key: string): Promise<ByteSource>;
  stat(key: string): Promise<ObjectStat>;
  /** The objects whose keys begin with `prefix`, by key. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Replaces an object. Errors that `chunks` throws are passed on. */
  write(key: string, chunks: Chunks, options?: WriteOptions): Promise<ObjectStat>;
  /** It is no error where there is nothing. */
  delete(key: string): Promise<void>;
}

/** What a storage can do; what it cannot is refused, and never made up for by something that is nearly the same. */
export interface StorageCapabilities {
  readonly write: boolean;
  /** `ifAbsent`: of several who create an object at once, exactly one does. */
  readonly conditionalCreate: boolean;
  readonly list: boolean;
}

export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface WriteOptions {
  /** Refuses with `exists` where there is an object already. */
  readonly ifAbsent?: boolean;
}

export interface ObjectStat {
  readonly sizeBytes: number;
  /** Another one when the content is another one, and known without reading it: the times of a file, an ETag. */
  readonly mark?: string;
}

export interface ListedObject extends ObjectStat {
  readonly key: string;
}

/**
 * An object that is open for reading. What is read is of one and the same version, or rejects with a StorageError,
 * `changed` where the storage has replaced it.
 */
export interface ByteSource extends ObjectStat {
  /** The file as a `Location` names it; absent where it is no local file, or its path is secret. */
  readonly file?: string;
  /** Bytes from `start` up to, but not including, `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** All bytes in order, in pieces that are small enough to hold; absent where `read` is as fast. */
  stream?(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
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
