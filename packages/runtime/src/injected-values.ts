import process from "node:process";
import {
  GlacierError,
  type ManifestTask,
  type RunRequest,
  report,
  type SecretProvider,
} from "@glacier-ts/core";
import { errorInfo } from "./error-info.js";
import { Redaction } from "./redaction.js";

/** The run parameters and secrets of a run: read once, before anything runs. */
export class InjectedValues {
  /** Keeps the secrets out of events and failures. */
  readonly redaction: Redaction;
  readonly #params: ReadonlyMap<string, unknown>;
  readonly #secrets: ReadonlyMap<string, string>;

  private constructor(params: ReadonlyMap<string, unknown>, secrets: ReadonlyMap<string, string>) {
    this.#params = params;
    this.#secrets = secrets;
    this.redaction = new Redaction(secrets);
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
}

function fromEnvironment(name: string): string | undefined {
  // A secret may be called `toString`.
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}
