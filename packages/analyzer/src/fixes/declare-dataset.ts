import { PayloadSchemas } from "../schema/payload-schema.js";
import type { Fixer } from "./fix.js";
import { lostOutput, returnTypeText, writeReturnType } from "./lost-output.js";
import { freeName, newLineOf, pascalCase } from "./new-names.js";

/** Declares a dataset of what a task returns, and writes it as the return type. */
export const declareDataset: Fixer = (diagnostic, context) => {
  const lost = lostOutput(diagnostic, context);
  if (!lost || lost.types.length === 0 || lost.slot.isGenerator) return [];
  const { host, editing, analysis } = context;
  const { task, file, types } = lost;
  const statement = editing.nodeAt(task.location);
  const core = editing.packageExport("@glacier-ts/core", "Dataset");
  const Dataset = core && editing.nameIn(file, core);
  const isPayload =
    types.every((type) => !["any", "unknown"].includes(host.kind(type))) &&
    new PayloadSchemas(host).read(types).problems.length === 0;
  const payload = types.map((type) => (isPayload ? editing.print(type, lost.function) : undefined));
  if (!statement || !Dataset || task.name === "" || payload.includes(undefined)) return [];
  // A dataset goes by the name of the task that makes it, until somebody finds a better one.
  const source = editing.text(file);
  const dataset = freeName(snakeCase(task.name), "_", (name) =>
    Object.hasOwn(analysis.manifest.datasets, name),
  );
  const type = freeName(pascalCase(dataset) || "Output", "", (name) =>
    new RegExp(`\\b${name}\\b`, "u").test(source),
  );
  const declaration = `export type ${type} = ${Dataset.name}<${JSON.stringify(dataset)}, ${payload.join(" | ")}>;`;
  const newLine = newLineOf(source);
  return [
    {
      name: "declareDataset",
      title: `Declare dataset '${dataset}' of what '${task.name}' returns`,
      edits: [
        { at: editing.statementStart(statement), text: `${declaration}${newLine}${newLine}` },
        ...writeReturnType(lost, returnTypeText(lost, type)),
      ],
      imports: Dataset.isMissing ? [{ file, declaration: core, isType: true }] : [],
    },
  ];
};

/** `clean_users` of `cleanUsers`. */
function snakeCase(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1_$2")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .toLowerCase();
}
