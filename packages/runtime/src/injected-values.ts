import process from "node:process";
import {
  type ErrorInfo,
  type Failure,
  GlacierError,
  type Json,
  type JsonObject,
  type ManifestTask,
  type RunRequest,
  report,
  type SecretProvider,
} from "@glacier-ts/core";
import { errorInfo } from "./error-info.js";

/** The run parameters and secrets of a run: read once, before anything runs. */
export class InjectedValues {
  readonly #params: ReadonlyMap<string, unknown>;
  /** The longest value first: one may be a part of another. */
  readonly #secrets: ReadonlyMap<string, string>;

  private constructor(params: ReadonlyMap<string, unknown>, secrets: ReadonlyMap<string, string>) {
    this.#params = params;
    this.#secrets = new Map([...secrets].sort(([, one], [, other]) => other.length - one.length));
  }

  /**
   * Asks for every secret that a task takes, for each once and for all at the same time; a run without secrets has its
   * values at once.
   *
   * @throws GlacierError GLA5018 for every secret that a task needs and that is not there, GLA5019 for those that the
   * provider failed to give
   */
  static read(request: RunRequest): InjectedValues | Promise<InjectedValues> {
    const { graph, params = new Map(), secrets: provider = fromEnvironment } = request;
    /** The tasks that cannot do without it, by secret. */
    const needed = new Map<string, string[]>();
    for (const { name: task, manifest } of graph.tasks.values()) {
      for (const { name, optional } of manifest.secrets ?? []) {
        needed.set(name, [...(needed.get(name) ?? []), ...(optional ? [] : [task])]);
      }
    }
    return needed.size === 0
      ? new InjectedValues(params, new Map())
      : InjectedValues.#ask(needed, provider, params);
  }

  static async #ask(
    needed: ReadonlyMap<string, readonly string[]>,
    provider: SecretProvider,
    params: ReadonlyMap<string, unknown>,
  ): Promise<InjectedValues> {
    const secrets = new Map<string, string>();
    const problems = await Promise.all(
      Array.from(needed, async ([secret, tasks]) => {
        try {
          const value = await provider(secret);
          if (value !== undefined) secrets.set(secret, value);
          else if (tasks.length > 0) return report("secretMissing", { secret, tasks });
        } catch (error) {
          return report("secretUnavailable", { secret, why: errorInfo(error).message });
        }
        return undefined;
      }),
    );
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) throw new GlacierError(found);
    return new InjectedValues(params, secrets);
  }

  /** Puts the values into a task's argument list. */
  fill({ params = [], secrets = [] }: ManifestTask, list: unknown[]): void {
    for (const { position, name } of params) list[position] = this.#params.get(name);
    for (const { position, name } of secrets) list[position] = this.#secrets.get(name);
  }

  /** A text without the values of secrets. */
  redact(text: string): string {
    let redacted = text;
    for (const [name, value] of this.#secrets) {
      if (value !== "") redacted = redacted.replaceAll(value, `‹secret ${name}›`);
    }
    return redacted;
  }

  /** Plain data without the values of secrets. */
  redactJson<Data extends JsonObject>(data: Data): Data {
    if (this.#secrets.size === 0) return data;
    const redact = (value: Json): Json => {
      if (typeof value === "string") return this.redact(value);
      if (Array.isArray(value)) return value.map(redact);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [this.redact(key), redact(part)]));
    };
    return redact(data) as Data;
  }

  /** A failure of a task's function without the values of secrets. */
  redactFailure(failure: Failure): Failure {
    if (this.#secrets.size === 0) return failure;
    switch (failure.reason) {
      case "task-threw":
      case "input-changed":
        return { ...failure, error: this.redactError(failure.error) };
      case "task-crashed":
        return failure.cause.kind === "uncaught"
          ? { ...failure, cause: { ...failure.cause, error: this.redactError(failure.cause.error) } }
          : failure;
      case "output-invalid":
        return { ...failure, path: this.redact(failure.path), found: this.redact(failure.found) };
      case "not-transferable":
        return { ...failure, why: this.redact(failure.why) };
      default:
        return failure;
    }
  }

  /** An error without the values of secrets. */
  redactError(error: ErrorInfo): ErrorInfo {
    if (this.#secrets.size === 0) return error;
    const { name, message, stack, cause } = error;
    return {
      ...error,
      name: this.redact(name),
      message: this.redact(message),
      ...(stack !== undefined && { stack: this.redact(stack) }),
      ...(cause && { cause: this.redactError(cause) }),
    };
  }
}

function fromEnvironment(name: string): string | undefined {
  return process.env[name];
}
