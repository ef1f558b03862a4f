import type { Location } from "@glacier-ts/core";
import { datasetChoices, writeDataset } from "../dataset-choices.js";
import { type Edit, type Fix, type FixContext, type Fixer, isTypeScript } from "./fix.js";
import { listInTasks } from "./list-in-tasks.js";
import { type MissingInput, missingInput } from "./missing-input.js";
import { freeName, newLineOf, pascalCase } from "./new-names.js";

/** Writes a task that produces what a pipeline misses, still to be filled in, and lists it in the pipeline. */
export const createProducer: Fixer = (diagnostic, context) => {
  const missing = missingInput(diagnostic, context);
  if (!missing) return [];
  const name = producerName(context, missing);
  const plan = besideConsumer(context, missing, name) ?? inPipelineFile(context, missing, name);
  if (!plan) return [];
  const fix: Fix = {
    name: "createProducer",
    title: `Write a task '${name}' that produces '${missing.dataset}'`,
    ...plan,
  };
  return [fix];
};

type Plan = Pick<Fix, "edits" | "imports">;

/** The task is written before the one that reads the dataset, in its file and with its type. */
function besideConsumer(context: FixContext, missing: MissingInput, name: string): Plan | undefined {
  const { editing } = context;
  const { consumer, parameter } = missing;
  const listed = listBesideConsumer(context, missing, name);
  const written = editing.nodeAt(parameter);
  const type = written && editing.writtenType(written);
  const stub = type === undefined ? undefined : writeTask(context, consumer.location, name, type);
  return listed && stub ? { edits: [...stub, ...listed], imports: [] } : undefined;
}

/** How the pipeline names a task of the consumer's file; undefined where it has no name for it. */
function listBesideConsumer(
  context: FixContext,
  { consumer, element }: MissingInput,
  name: string,
): readonly Edit[] | undefined {
  const { host, editing } = context;
  const { file } = consumer.location;
  const node = editing.nodeAt(element);
  if (!node) return undefined;
  const moduleNamed = (at: typeof node) => {
    const symbol = host.symbolAt(at);
    const declaration = symbol && host.declarationOf(symbol);
    return declaration?.kind === "module" ? declaration.file : undefined;
  };
  // `tasks` is a module: what it exports is listed.
  const module = moduleNamed(node);
  if (module !== undefined) return module === file ? [] : undefined;
  if (element.file === file) return listInTasks(context, element, name);
  const expression = host.expression(node);
  if (expression.kind === "property-access") {
    const isModule = moduleNamed(expression.object) === file;
    return isModule ? listInTasks(context, element, `${host.text(expression.object)}.${name}`) : undefined;
  }
  const named = editing.namedImport(node);
  const listed = named?.file === file ? listInTasks(context, element, name) : undefined;
  return named && listed ? [{ at: named.at, text: `, ${name}` }, ...listed] : undefined;
}

/** The task is written before the pipeline. */
function inPipelineFile(
  context: FixContext,
  { dataset, element, pipeline }: MissingInput,
  name: string,
): Plan | undefined {
  const { host, editing, analysis } = context;
  const { file } = pipeline.location;
  if (element.file !== file) return undefined;
  for (const choice of datasetChoices(host, editing, analysis)) {
    const type = choice.dataset === dataset ? writeDataset(editing, file, choice) : undefined;
    const stub = type && writeTask(context, pipeline.location, name, type.text);
    const listed = stub && listInTasks(context, element, name);
    if (listed) return { edits: [...stub, ...listed], imports: type.imports };
  }
  return undefined;
}

/** Writes a task before the statement that something is in. */
function writeTask(
  { editing }: FixContext,
  before: Location,
  name: string,
  type: string,
): readonly Edit[] | undefined {
  const node = editing.nodeAt(before);
  if (!node || !isTypeScript(before.file)) return undefined;
  const lines = [
    `export function ${name}(): ${type} {`,
    `  throw new Error("${name} is not written yet");`,
    "}",
    "",
    "",
  ];
  const text = lines.join(newLineOf(editing.text(before.file)));
  return [{ at: editing.statementStart(node), text }];
}

/** `produceExchangeRates` of `exchange_rates`; with a number where the files have that name. */
function producerName({ editing }: FixContext, { dataset, consumer, pipeline }: MissingInput): string {
  const texts = [consumer.location.file, pipeline.location.file].map((file) => editing.text(file));
  return freeName(`produce${pascalCase(dataset)}`, "", (name) => {
    const pattern = new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`, "u");
    return texts.some((text) => pattern.test(text));
  });
}
