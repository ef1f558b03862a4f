import process from "node:process";
import { type ErrorInfo, errorText, renderStack, report } from "@glacier-ts/core";
import { errorInfo } from "@glacier-ts/runtime";
import { exitCode } from "../exit-code.js";
import type { Problem } from "../problem.js";

/**
 * Watches for what user code can do to a run from outside of its tasks' promises: throw in a timer, wait for what
 * cannot come, end the process.
 *
 * @param redact takes the values of secrets out of an error
 * @param onProblem called once, also while the process exits: what it does must be done when it returns
 * @returns stops watching
 */
export function watchForStrayErrors(
  redact: (error: ErrorInfo) => ErrorInfo,
  onProblem: (problem: Problem) => void,
): () => void {
  const end = (problem: Problem) => {
    stop();
    onProblem(problem);
    // After an uncaught error the process cannot be trusted. Calling it while the process exits is allowed.
    process.exit(exitCode.problems);
  };
  const onUncaught = (thrown: unknown) => {
    const error = redact(errorInfo(thrown));
    end({
      ...runBroken(`an error was thrown outside of every task, ${errorText(error)}`),
      stack: renderStack(error),
    });
  };
  const onIdle = () => end(runBroken("it waits for a promise that nothing is left to settle"));
  const onExit = () => end(runBroken("user code ended the process"));
  const runBroken = (what: string) => report("runBroken", { what });
  const stop = () => {
    process.off("uncaughtException", onUncaught);
    process.off("beforeExit", onIdle);
    process.off("exit", onExit);
  };
  process.on("uncaughtException", onUncaught);
  process.on("beforeExit", onIdle);
  process.on("exit", onExit);
  return stop;
}
