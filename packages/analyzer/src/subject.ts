/** What a name in the source stands for. */
import type { Location } from "@glacier-ts/core";
import type { ProgramAnalysis } from "./analyze.js";
import type { CompilerHost, Declaration, Node } from "./compiler-host.js";
import { originalDeclaration } from "./readers/constant.js";
import { MarkReader } from "./readers/marks.js";

export type Subject =
  | { readonly kind: "dataset"; readonly name: string }
  | { readonly kind: "task"; readonly id: string }
  | { readonly kind: "pipeline"; readonly id: string };

/**
 * What a node names, through imports and constants that only stand for something; or the dataset or pipeline whose name
 * it is as a string.
 *
 * @param reference the reference to a type that has the node as an argument: `Dataset<"users", User[]>` of `"users"`
 * @returns undefined where it is nothing of Glacier's
 */
export function subjectAt(
  host: CompilerHost,
  analysis: ProgramAnalysis,
  node: Node,
  reference: Node | undefined,
): Subject | undefined {
  const expression = host.expression(node);
  if (expression.kind === "literal" && typeof expression.value === "string") {
    return subjectOfString(host, analysis, node, expression.value, reference);
  }
  const symbol = host.symbolAt(node);
  const declared = symbol && host.declarationOf(symbol);
  return declared && subjectOf(host, analysis, declared);
}

function subjectOf(
  host: CompilerHost,
  { manifest, files }: ProgramAnalysis,
  declared: Declaration,
): Subject | undefined {
  const declaration = originalDeclaration(host, declared);
  if (declaration.origin !== "project") return undefined;
  const id = `${declaration.file}#${declaration.exportPath}`;
  if (Object.hasOwn(manifest.tasks, id)) return { kind: "task", id };
  if (Object.hasOwn(manifest.pipelines, id)) return { kind: "pipeline", id };
  const name = host.location(declaration.node);
  const facts = files.find(({ file }) => file === name.file);
  const dataset = facts?.datasets.find(
    ({ form, location }) =>
      isSame(location, name) || (form === "value" && isInside(host, declaration, location)),
  );
  return dataset && { kind: "dataset", name: dataset.name };
}

function subjectOfString(
  host: CompilerHost,
  { files }: ProgramAnalysis,
  node: Node,
  text: string,
  reference: Node | undefined,
): Subject | undefined {
  const at = host.location(node);
  const facts = files.find(({ file }) => file === at.file);
  const dataset = facts?.datasets.find(({ location }) => isSame(location, at));
  if (dataset) return { kind: "dataset", name: dataset.name };
  const pipeline = facts?.pipelines.find(({ nameLocation }) => isSame(nameLocation, at));
  if (pipeline?.id !== undefined) return { kind: "pipeline", id: pipeline.id };
  const [mark] = reference ? new MarkReader(host).read(host.typeAt(reference)).marks : [];
  return mark?.name === text ? { kind: "dataset", name: text } : undefined;
}

function isSame(left: Location, right: Location): boolean {
  return left.file === right.file && left.start === right.start && left.length === right.length;
}

/** Whether a call that makes a dataset is in the value of a declaration. */
function isInside(host: CompilerHost, { initializer }: Declaration, location: Location): boolean {
  const { start = 0, length = 0 } = initializer ? host.location(initializer) : {};
  const at = location.start ?? -1;
  return at >= start && at < start + length;
}
