import { type Location, suggest } from "@glacier-ts/core";
import type { CompilerHost, Node } from "../compiler-host.js";
import { MarkReader } from "../readers/marks.js";
import { allTasks, type Edit, type Fix, type FixContext, type Fixer } from "./fix.js";
import { missingInput } from "./missing-input.js";

/** Corrects the name of a dataset that no task produces, where it is nearly the name of one that a task does. */
export const correctDatasetName: Fixer = (diagnostic, context) => {
  const missing = missingInput(diagnostic, context);
  if (!missing || isProduced(context, missing.dataset)) return [];
  const produced = missing.pipelineTasks.flatMap(({ outputs }) => outputs.map(({ dataset }) => dataset));
  const suggestion = suggest(missing.dataset, new Set(produced));
  const edits = suggestion === undefined ? [] : rename(context, missing.dataset, suggestion);
  if (suggestion === undefined || edits.length === 0) return [];
  const fix: Fix = {
    name: "correctDatasetName",
    title: `Change '${missing.dataset}' to '${suggestion}'`,
    edits,
    imports: [],
    titleForAll: "Correct all misspelt datasets of this file",
  };
  return [fix];
};

function isProduced({ analysis }: FixContext, dataset: string): boolean {
  const tasks = Object.values(analysis.manifest.tasks);
  return tasks.some(({ outputs }) => outputs.some((output) => output.dataset === dataset));
}

/** Every string by which the project's source means the dataset: in its declarations, and where it is read. */
function rename(context: FixContext, from: string, to: string): readonly Edit[] {
  const { host, editing, analysis } = context;
  const marks = new MarkReader(host);
  const declared = analysis.files.flatMap(({ datasets }) => datasets.filter(({ name }) => name === from));
  const places = [
    ...declared.map(({ location }) => location),
    ...allTasks(context).flatMap(({ parameters }) =>
      parameters
        .filter(({ datasets }) => datasets.some(({ name }) => name === from))
        .map(({ location }) => location),
    ),
  ];
  const strings = places.flatMap((place) => {
    const node = editing.nodeAt(place);
    if (!node) return [];
    // `dataset("raw_user")` is declared at its name.
    if (literalText(host, node) !== undefined) return [place];
    return editing
      .typeArgumentStrings(node)
      .filter(({ string }) => literalText(host, string) === from)
      .filter(({ reference }) => marks.read(host.typeAt(reference)).marks.some(({ name }) => name === from))
      .map(({ string }) => host.location(string));
  });
  const unique = new Map(strings.map((location) => [`${location.file} ${location.start}`, location]));
  return [...unique.values()].map((location) => ({ at: withoutQuotes(location), text: to }));
}

function literalText(host: CompilerHost, node: Node): string | undefined {
  const expression = host.expression(node);
  return expression.kind === "literal" && typeof expression.value === "string" ? expression.value : undefined;
}

function withoutQuotes({ start = 0, length = 2, ...place }: Location): Location {
  return { ...place, start: start + 1, length: length - 2 };
}
