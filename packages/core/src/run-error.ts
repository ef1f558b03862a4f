import { report } from "./catalog.js";
import { type Diagnostic, GlacierError } from "./diagnostic.js";
import type { CrashCause, ErrorInfo, Failure } from "./failure.js";
import { type Graph, getTask } from "./graph.js";
import type { RunOutcome } from "./ports.js";

/** Thrown by `run()` when a task failed or the run was cancelled: each failure with its task, inputs and cause. */
export class RunError extends GlacierError {
  readonly outcome: RunOutcome;

  constructor(graph: Graph, outcome: RunOutcome) {
    const failures = outcome.failures.map((failure) => describeFailure(graph, failure));
    super(failures.length > 0 ? failures : [describeStop(graph, outcome)]);
    this.name = "RunError";
    this.outcome = outcome;
    // The frames of the failed task say where the trouble is; the frames of the engine would not.
    const stacks = outcome.failures.map((failure) => ("error" in failure ? renderStack(failure.error) : []));
    const frames = stacks.find((lines) => lines.length > 0) ?? [];
    this.stack = [`${this.name}: ${this.message}`, ...frames].join("\n");
  }
}

/** Why a run without failures did not succeed: GLA5012 or GLA5025. */
export function describeStop({ name: pipeline }: Graph, outcome: RunOutcome): Diagnostic {
  return report(outcome.status === "timed-out" ? "runTimedOut" : "runCancelled", { pipeline });
}

/** Turns a failure into a diagnostic: GLA5001 to GLA5003, GLA5021 to GLA5024, GLA5046, GLA5075, or the storage's own. */
export function describeFailure(graph: Graph, failure: Failure): Diagnostic {
  return describeTaskFailure(getTask(graph, failure.task).name, failure);
}

/** As `describeFailure`, where there is no graph any more. @param task the task's name */
export function describeTaskFailure(task: string, failure: Failure): Diagnostic {
  switch (failure.reason) {
    case "task-threw": {
      const { inputs, attempt: attempts, error } = failure;
      return report("taskThrew", { task, inputs, attempts, error: errorText(error) });
    }
    case "task-timed-out":
      return report("taskTimedOut", { ...failure, task, attempts: failure.attempt });
    case "task-crashed":
      return report("taskCrashed", { ...failure, task, why: crashText(failure.cause) });
    case "check-failed":
      return report("checkFailed", failure);
    case "input-changed":
      return report("inputChanged", { ...failure, task, error: errorText(failure.error) });
    case "not-transferable":
      return report("notTransferable", { ...failure, task });
    case "output-invalid":
      return report("outputInvalid", { ...failure, task });
    case "output-missing":
      return report("outputMissing", { ...failure, task });
    case "dataset-unavailable":
    case "resource-unavailable":
    case "state-unavailable":
      return failure.diagnostic;
    default:
      return failure satisfies never;
  }
}

/** Why a task's thread or process has ended. */
export function crashText(cause: CrashCause): string {
  switch (cause.kind) {
    case "out-of-memory":
      return `it needs more memory than ${cause.limitMb === undefined ? "there is" : `the ${cause.limitMb} MiB that it may use`}`;
    case "exited":
      return `it ended its process with exit code ${cause.exitCode}`;
    case "killed":
      return `its process was killed by ${cause.signal}`;
    case "uncaught":
      return `it threw an error that nothing caught, ${errorText(cause.error)}`;
    default:
      return cause satisfies never;
  }
}

/** The name and message of a thrown value. */
export function errorText(error: ErrorInfo): string {
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}

/** The user's frames of a thrown value and of its causes, a line each. */
export function renderStack(error: ErrorInfo): readonly string[] {
  const lines: string[] = [];
  for (let at: ErrorInfo | undefined = error; at; at = at.cause) {
    if (at !== error) lines.push(`  caused by ${errorText(at)}`);
    if (at.stack) lines.push(...at.stack.split("\n"));
  }
  return lines;
}
