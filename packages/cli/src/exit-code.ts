import { codeOf, type Diagnostic } from "@glacier-ts/core";

/** What the process tells its caller. */
export const exitCode = {
  fine: 0,
  /** The user's pipeline has problems: diagnostics, a failed or cancelled run, a stale manifest. */
  problems: 1,
  /** The command line is wrong, or Glacier is. */
  usage: 2,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Diagnostics about what the command line names, not about what is in the project. */
const usageCodes = new Set([
  codeOf("projectUnreadable"),
  codeOf("compilerMissing"),
  codeOf("unknownPipeline"),
  codeOf("pipelineNotNamed"),
  codeOf("unknownDataset"),
  codeOf("datasetNotFound"),
  codeOf("datasetNameTaken"),
  codeOf("unknownSelection"),
  codeOf("selectionInvalid"),
  codeOf("selectionEmpty"),
  codeOf("paramMissing"),
  codeOf("paramInvalid"),
  codeOf("paramUnknown"),
  codeOf("secretsUnreadable"),
  codeOf("unknownRun"),
  codeOf("taskNotInRun"),
]);

/** Warnings are fine. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length === 0) return exitCode.fine;
  return errors.some((diagnostic) => usageCodes.has(diagnostic.code)) ? exitCode.usage : exitCode.problems;
}
