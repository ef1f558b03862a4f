import { type DatasetChoice, datasetChoices, fittingOutputs, writeDataset } from "../dataset-choices.js";
import type { Fix, FixContext, Fixer } from "./fix.js";
import { lostOutput, returnTypeText, writeReturnType } from "./lost-output.js";

/** Datasets that are offered: more would not be read. */
const maxChoices = 5;

/** Writes which dataset a task returns, where its return type does not say it. */
export const annotateReturn: Fixer = (diagnostic, context) => {
  const lost = lostOutput(diagnostic, context);
  if (!lost) return [];
  const { host, editing, analysis } = context;
  const read = new Set(lost.task.parameters.flatMap(({ datasets }) => datasets.map(({ name }) => name)));
  const fitting = fittingOutputs(host, datasetChoices(host, editing, analysis), lost.types, read);
  return offered(context, lost.file, fitting).map(({ dataset, written, imports }): Fix => {
    const text = returnTypeText(lost, written);
    return {
      name: "annotateReturn",
      title: `Return dataset '${dataset}': write the return type '${text}'`,
      edits: writeReturnType(lost, text),
      imports,
    };
  });
};

interface Offer {
  readonly dataset: string;
  /** The type as the file writes it. */
  readonly written: string;
  readonly imports: Fix["imports"];
}

/** Each dataset once, by the name that the file has for one of its types already, where it has one. */
function offered({ editing }: FixContext, file: string, choices: readonly DatasetChoice[]): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const choice of choices) {
    const { dataset } = choice;
    const found = writeDataset(editing, file, choice);
    const known = offers.get(dataset);
    const isBetter = found && (!known || (known.imports.length > 0 && found.imports.length === 0));
    if (isBetter) offers.set(dataset, { dataset, written: found.text, imports: found.imports });
  }
  return [...offers.values()].slice(0, maxChoices);
}
