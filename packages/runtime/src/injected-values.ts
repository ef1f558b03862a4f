import process from "node:process";
import { type ErrorInfo, GlacierError, type ManifestTask, type RunRequest, report } from "@glacier-ts/core";

/** The run parameters and secrets of a run: read once, before anything runs. */
export class InjectedValues {
  readonly #params: ReadonlyMap<string, unknown>;
  readonly #secrets = new Map<string, string>();

  /** @throws GlacierError GLA5018 for every secret that a task needs and that is not there */
  constructor({ graph, params = new Map(), secrets = fromEnvironment }: RunRequest) {
    this.#params = params;
    const missing = new Map<string, string[]>();
    for (const { name: task, manifest } of graph.tasks.values()) {
      for (const { name, optional } of manifest.secrets ?? []) {
        const value = this.#secrets.get(name) ?? secrets(name);
        if (value !== undefined) this.#secrets.set(name, value);
        else if (!optional) missing.set(name, [...(missing.get(name) ?? []), task]);
      }
    }
    if (missing.size > 0) {
      throw new GlacierError(
        Array.from(missing, ([secret, tasks]) => report("secretMissing", { secret, tasks })),
      );
    }
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

  /** An error without the values of secrets. */
  redactError(error: ErrorInfo): ErrorInfo {
    if (this.#secrets.size === 0) return error;
    const { name, message, stack, cause } = error;
    return {
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
