import type { Duration } from "./duration.js";
import type { Exact } from "./exact.js";
import type { StringOption } from "./reference.js";

export interface LocalOptions {
  /** Worker threads that the task may use at once; without it, the task runs in the process itself. */
  readonly workers?: number;
}

export interface ContainerOptions {
  readonly image: StringOption;
  /** Virtual CPUs; fractions allowed. */
  readonly cpu?: number;
  /** MiB. */
  readonly memory?: number;
  readonly timeout?: Duration;
}

export interface ServerlessOptions {
  /** MiB. */
  readonly memory?: number;
  readonly timeout?: Duration;
}

/** Options by kind of compute. */
interface ComputeOptions {
  readonly local: LocalOptions;
  readonly container: ContainerOptions;
  readonly serverless: ServerlessOptions;
}

export type ComputeKind = keyof ComputeOptions;

/** What a task runs on: a kind and that kind's options. */
export type Compute = { readonly [Kind in ComputeKind]: ComputeOf<Kind, ComputeOptions[Kind]> }[ComputeKind];

export type ComputeOf<Kind extends ComputeKind, Options> = Options & { readonly kind: Kind };

/** The kinds of compute that a task can ask for. They say what the task needs, not which provider gives it. */
export const compute = {
  /** In the process that runs the pipeline, or on its worker threads. */
  local<const Options extends LocalOptions>(
    options?: Options & Exact<LocalOptions, Options>,
  ): ComputeOf<"local", Options> {
    return { kind: "local", ...(options as Options) };
  },
  /** A container of the given image. */
  container<const Options extends ContainerOptions>(
    options: Options & Exact<ContainerOptions, Options>,
  ): ComputeOf<"container", Options> {
    return { kind: "container", ...(options as Options) };
  },
  /** A function that a provider starts on demand. */
  serverless<const Options extends ServerlessOptions>(
    options?: Options & Exact<ServerlessOptions, Options>,
  ): ComputeOf<"serverless", Options> {
    return { kind: "serverless", ...(options as Options) };
  },
};
