import {
  type Diagnostic,
  type ErrorInfo,
  errorText,
  type Failure,
  type ManifestTask,
  type ResourceDeclaration,
  type ResourceOptions,
  type RunRequest,
  report,
} from "@glacier-ts/core";
import { errorInfo } from "./error-info.js";
import type { PlannedTask } from "./plan.js";
import type { Redaction } from "./redaction.js";
import { taskOf } from "./run-datasets.js";
import type { RunEvents } from "./run-events.js";
import { startTimer } from "./timer.js";

type ResourceUnavailable = Extract<Failure, { reason: "resource-unavailable" }>;
type Declaration = ResourceDeclaration<string, {}>;

export interface RunResourcesOptions {
  readonly declarations: RunRequest["resources"];
  readonly redaction: Redaction;
  readonly events: RunEvents | undefined;
  /** How long a resource may take to be closed. */
  readonly closeTimeoutMs: number;
}

/**
 * The resources of one run. Each is opened when the first task that takes it begins, however many begin at once; all are
 * closed when no task runs any more, what was opened last first.
 */
export class RunResources {
  readonly #options: RunResourcesOptions;
  readonly #cancellation = new AbortController();
  /** Promises of why a resource could not be opened, by name; undefined where it was. */
  readonly #opening = new Map<string, Promise<ErrorInfo | undefined>>();
  /** In the order in which they were opened. */
  readonly #values = new Map<string, {}>();
  /** Never resolves. */
  readonly #givenUp: Promise<never>;
  #giveUp!: (reason: unknown) => void;

  constructor(options: RunResourcesOptions) {
    this.#options = options;
    this.#givenUp = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    this.#givenUp.catch(() => {});
  }

  /**
   * Opens what a task takes, all at once.
   *
   * @returns undefined where there is nothing to wait for, else a promise of the first failure
   */
  open(task: PlannedTask): Promise<ResourceUnavailable | undefined> | undefined {
    const taken = task.manifest.resources?.flatMap(({ name, optional }) => {
      const declaration = this.#options.declarations?.get(name);
      if (declaration || optional) return declaration ?? [];
      throw new Error(`Internal error: no declaration of resource '${name}'`);
    });
    const missing = taken?.filter(({ name }) => !this.#values.has(name)) ?? [];
    if (missing.length === 0) return undefined;
    return Promise.all(missing.map((declaration) => this.#openOnce(declaration))).then((errors) => {
      for (const [index, error] of errors.entries())
        if (error) return unavailable(task, missing[index] as Declaration, error);
      return undefined;
    });
  }

  /** Puts the values into a task's argument list. */
  fill({ resources = [] }: ManifestTask, list: unknown[]): void {
    for (const { position, name } of resources) list[position] = this.#values.get(name);
  }

  /** Tells whoever listens to the signal that is given to `open`. */
  abort(reason: unknown): void {
    this.#cancellation.abort(reason);
  }

  /** Waits no longer for what is being opened; it is closed when it comes after all. */
  giveUp(reason: unknown): void {
    this.#giveUp(reason);
  }

  /**
   * Closes what was opened, one after the other.
   * @returns GLA5047 for each resource that could not be closed
   */
  async close(): Promise<readonly Diagnostic[]> {
    const warnings: Diagnostic[] = [];
    for (const [resource, value] of [...this.#values].reverse()) {
      const startedAt = performance.now();
      const why = await this.#close(this.#options.declarations?.get(resource) as Declaration, value);
      const durationMs = performance.now() - startedAt;
      const diagnostic = why === undefined ? undefined : report("resourceUnclosed", { resource, why });
      if (diagnostic) warnings.push(diagnostic);
      const problem = diagnostic && { diagnostic };
      this.#options.events?.emit({ type: "resource-closed", resource, durationMs, ...problem });
    }
    this.#values.clear();
    return warnings;
  }

  #openOnce(declaration: Declaration): Promise<ErrorInfo | undefined> {
    const opening = this.#opening.get(declaration.name) ?? this.#open(declaration);
    this.#opening.set(declaration.name, opening);
    return opening;
  }

  async #open({ name: resource, options }: Declaration): Promise<ErrorInfo | undefined> {
    const startedAt = performance.now();
    const opening = (async () => options.open({ signal: this.#cancellation.signal }))();
    try {
      this.#values.set(resource, await Promise.race([opening, this.#givenUp]));
    } catch (error) {
      // Where it was only given up, it may come yet.
      opening.then((late) => end(options, late)).catch(() => {});
      return this.#options.redaction.error(errorInfo(error));
    }
    const durationMs = performance.now() - startedAt;
    this.#options.events?.emit({ type: "resource-opened", resource, durationMs });
    return undefined;
  }

  /** Why the resource could not be closed; undefined where it was. */
  #close({ options }: Declaration, value: {}): Promise<string | undefined> {
    const { closeTimeoutMs, redaction } = this.#options;
    return new Promise((resolve) => {
      const late = `it took longer than ${closeTimeoutMs} ms`;
      const stopTimer = startTimer(closeTimeoutMs, () => resolve(late));
      end(options, value)
        .then(
          () => resolve(undefined),
          (error) => resolve(errorText(redaction.error(errorInfo(error)))),
        )
        .finally(stopTimer);
    });
  }
}

function unavailable(
  task: PlannedTask,
  { name: resource }: Declaration,
  error: ErrorInfo,
): ResourceUnavailable {
  const details = { resource, task: task.manifest.name, error: errorText(error) };
  const diagnostic = report("resourceUnopened", details);
  return { reason: "resource-unavailable", ...taskOf(task), resource, error, diagnostic };
}

async function end(
  options: ResourceOptions<{}>,
  value: Partial<AsyncDisposable & Disposable>,
): Promise<void> {
  if (options.close) await options.close(value);
  else await (value[Symbol.asyncDispose] ?? value[Symbol.dispose])?.call(value);
}
