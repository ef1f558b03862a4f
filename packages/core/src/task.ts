import type { Compute } from "./compute.js";
import type { Duration } from "./duration.js";
import type { Exact } from "./exact.js";

/** Any function; the analyzer says which ones can be tasks. */
export type TaskFunction = (...inputs: never[]) => unknown;

export interface TaskOptions {
  /** What the task runs on. */
  readonly compute?: Compute;
  /** Attempts after the first one failed; or how many, and how long to wait before each. */
  readonly retries?: number | RetryOptions;
  /** How long one attempt may take. */
  readonly timeout?: Duration;
  /** Words to select tasks by. */
  readonly tags?: readonly string[];
  /**
   * Whether a former result is used again where nothing that it was made of has changed: the task's code, its inputs,
   * parameters and `env`. True by default.
   */
  readonly cache?: boolean | CacheOptions;
}

export interface RetryOptions {
  /** Attempts after the first one failed. */
  readonly limit: number;
  /** The wait before the first retry; by default the executor's. */
  readonly delay?: Duration;
  /** How the wait grows from retry to retry: it doubles, grows by `delay`, or stays. `exponential` by default. */
  readonly backoff?: "exponential" | "linear" | "constant";
  /** The longest wait; a minute by default. */
  readonly maxDelay?: Duration;
  /** Whether each wait is shortened by up to a half at random. True by default. */
  readonly jitter?: boolean;
}

export interface CacheOptions {
  /** How old a result may be that is used again. */
  readonly maxAge?: Duration;
  /** Names of environment variables that the result depends on. */
  readonly env?: readonly string[];
}

/** Rejects what is misspelt inside of `retries` and `cache`. */
type ExactParts<Options> = (Options extends { readonly retries: infer Retries extends object }
  ? { readonly retries: Exact<RetryOptions, Retries> }
  : unknown) &
  (Options extends { readonly cache: infer Cache extends object }
    ? { readonly cache: Exact<CacheOptions, Cache> }
    : unknown);

/** The mark of a function that `task()` returned; it carries the options' literal types and exists in types only. */
export declare abstract class TaskMark<in out Options> {
  protected "~task"?: Options;
}

/** A function with options. It is called as the function that it is. */
export type Task<Function extends TaskFunction, Options extends TaskOptions = TaskOptions> = Function &
  TaskMark<Options>;

/** What the compiler knows of a task, written into its call. */
export interface TaskWiring {
  readonly id: string;
}

/** What a function that `task()` or `check()` returned remembers. */
export interface TaskMetadata {
  readonly options: TaskOptions;
  /** Undefined where the module was compiled without the Glacier transformer. */
  readonly id: string | undefined;
}

// Registered, so that two copies of this package read each other's tasks.
const metadataKey = Symbol.for("@glacier-ts/core/task");

/**
 * Gives a function options: the compute it needs, retries, a timeout.
 *
 * ```ts
 * export const clean = task({ retries: 3 }, (users: RawUsers): CleanUsers => users.filter(isComplete));
 * ```
 *
 * The result must be a module-level export. A function without options is a task as it is.
 *
 * @param wiring written by the compiler
 */
export function task<const Options extends TaskOptions, Function extends TaskFunction>(
  options: Options & Exact<TaskOptions, Options> & ExactParts<Options>,
  run: Function,
  wiring?: TaskWiring,
): Task<Function, Options> {
  return registerTask(run, { options: options as Options, id: wiring?.id }) as Task<Function, Options>;
}

/** @internal The same function, with what `taskMetadata` says of it. */
export function registerTask<Function extends TaskFunction>(run: Function, metadata: TaskMetadata): Function {
  // A bound function: the user's own one stays as it was, and stack traces gain no frame.
  return Object.assign(run.bind(undefined), { [metadataKey]: metadata }) as unknown as Function;
}

/** What `task()` or `check()` remembered of a function; undefined for a plain function. */
export function taskMetadata(run: TaskFunction): TaskMetadata | undefined {
  return (run as { [metadataKey]?: TaskMetadata })[metadataKey];
}
