import type { Diagnostic } from "@glacier-ts/core";

/** A diagnostic, with the user's frames where user code threw. */
export interface Problem extends Diagnostic {
  readonly stack?: readonly string[];
}

/** Orders problems by file and position; those without a place come last, as they were. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => {
    if (!a.location || !b.location) return Number(!a.location) - Number(!b.location);
    return (
      Number(a.location.file > b.location.file) - Number(a.location.file < b.location.file) ||
      a.location.line - b.location.line ||
      a.location.column - b.location.column
    );
  });
}

/** The same problem at the same place is one: the compiler and the analyzer may both have met it. */
export function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
