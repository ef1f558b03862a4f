/** What tasks share in a run and no dataset can be: database pools, clients, connections. */
import type { Signal } from "./context.js";

/** The mark of a resource; it exists in types only. */
export declare abstract class ResourceMark<in out Name extends string> {
  protected "~resource"?: Name;
}

/**
 * A resource: a value of any kind that is made once in a run, given to the tasks that name it, and ended with the run.
 *
 * ```ts
 * export const Db = resource("db", { open: () => new Pool(), close: (pool) => pool.end() });
 * export type Db = Resource.Of<typeof Db>;
 *
 * export const load = async (users: CleanUsers, db: Db): Promise<void> => { await db.query(…); };
 * export const analytics = pipeline({ name: "analytics", tasks: [extract, load], resources: [Db] });
 * ```
 *
 * An optional parameter (`db?: Db`) is undefined where the pipeline does not list the resource. A task that takes a
 * resource runs in the process of the run, whatever its `compute` says: a connection cannot be sent anywhere.
 *
 * @typeParam Name `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`
 */
export type Resource<Name extends string, Value extends {}> = Value & ResourceMark<Name>;

export declare namespace Resource {
  /** The type that a task takes the resource by. */
  type Of<Declaration extends ResourceDeclaration<string, {}>> =
    Declaration extends ResourceDeclaration<infer Name, infer Value> ? Resource<Name, Value> : never;
}

export interface ResourceContext {
  /** Aborted when the run is cancelled or takes longer than it may. */
  readonly signal: Signal;
}

/** How a resource begins and ends. `open` is written before `close`, which gets what it makes. */
export interface ResourceOptions<Value extends {}> {
  /**
   * Makes the value. It is called when the first task that takes the resource begins, once in a run; where it fails, so
   * do the tasks that take the resource.
   */
  open(context: ResourceContext): Value | PromiseLike<Value>;
  /**
   * Ends it. It is called when no task runs any more, also after a failure or a cancellation; what was opened last is
   * closed first. Without it, the value's own `Symbol.asyncDispose` or `Symbol.dispose` is called, if there is one.
   */
  close?(value: Value): unknown;
}

/** What `resource()` returns. */
export interface ResourceDeclaration<Name extends string, Value extends {}> {
  readonly name: Name;
  readonly options: ResourceOptions<Value>;
}

/**
 * Declares a resource. It must be an exported constant of a module, and the pipeline lists it in `resources`.
 *
 * ```ts
 * export const Db = resource("db", {
 *   open: async ({ signal }) => await connect(process.env.DATABASE_URL, { signal }),
 *   close: (connection) => connection.end(),
 * });
 * ```
 */
export function resource<const Name extends string, Value extends {}>(
  name: Name,
  options: ResourceOptions<Value>,
): ResourceDeclaration<Name, Value> {
  return { name, options };
}
