import { type Diagnostic, report } from "@glacier-ts/core";
import type { DatasetMention, PayloadProblem } from "../model.js";
import type { DatasetRule, ProjectRule } from "./rule.js";

type ProblemOf<Kind extends PayloadProblem["kind"]> = Extract<PayloadProblem, { readonly kind: Kind }>;

/** A dataset can be stored. Only its first problem is reported: others are often the same. */
export const serialisable: DatasetRule = (dataset) => {
  const [found] = problemsOf(dataset.mentions, "unserialisable");
  if (!found) return [];
  const { path, type, why } = found.problem;
  return [report("unserialisable", { dataset: dataset.name, path, type, why }, found.location)];
};

/** What is read from storage is what was written, also where a type is a union. */
export const toldApart: DatasetRule = (dataset) => {
  const [found] = problemsOf(dataset.mentions, "ambiguous");
  if (!found) return [];
  const { path, left, right } = found.problem;
  return [report("ambiguousPayload", { dataset: dataset.name, path, left, right }, found.location)];
};

/** Tags of doc comments are constraints of the type that they stand at; each is reported once. */
export const docTags: ProjectRule = ({ datasets }) => {
  const reported = new Map<string, Diagnostic>();
  for (const { mentions } of datasets) {
    for (const { problem: found } of problemsOf(mentions, "tag")) {
      const { problem, of, type, location } = found;
      const diagnostic =
        problem.kind === "invalid"
          ? report("invalidTag", { ...problem, of }, location)
          : report("misplacedTag", { tag: problem.tag, of, type, element: elementOf(type) }, location);
      const key = `${location.file} ${location.start} ${problem.tag}`;
      if (!reported.has(key)) reported.set(key, diagnostic);
    }
  }
  return [...reported.values()];
};

/** The type of the elements, of an array's type as text. */
function elementOf(type: string): string | undefined {
  return /^\w+\[\]$/.test(type) ? type.slice(0, -2) : undefined;
}

function problemsOf<Kind extends PayloadProblem["kind"]>(mentions: readonly DatasetMention[], kind: Kind) {
  const withProblems = mentions.filter(({ schema }) => schema.problems.length > 0);
  return withProblems.flatMap(({ schema, location }) =>
    schema.problems
      .filter((problem): problem is ProblemOf<Kind> => problem.kind === kind)
      .map((problem) => ({ problem, location })),
  );
}
