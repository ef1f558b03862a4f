import { type Diagnostic, report } from "@glacier-ts/core";
import type { CompilerHost, Node, Type } from "../compiler-host.js";
import type { ResourceElementFacts, ResourceFacts } from "../model.js";
import { type ArrayElement, arrayElements } from "./array-elements.js";
import { constantExpression, exportedDeclaration, isElsewhere } from "./constant.js";
import { exportId, unexported } from "./core-call.js";
import { firstLine } from "./first-line.js";

/** Reads a call of `resource(name, options)`; undefined where the name is no literal, as in a function that makes several. */
export function readResourceCall(host: CompilerHost, call: Node): ResourceFacts | undefined {
  const expression = host.expression(call);
  const [nameNode] = expression.kind === "call" ? expression.arguments : [];
  const name = nameNode && host.literal(host.typeAt(nameNode));
  return typeof name === "string" ? { name, nameLocation: host.location(nameNode as Node) } : undefined;
}

export interface ListedResources {
  readonly resources: readonly ResourceElementFacts[];
  /** What could not be read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly lacksResources: boolean;
}

/** Reads `resources` of a pipeline: an array of declarations, as it is or by the name of a constant. */
export function readResources(host: CompilerHost, node: Node, pipeline: string): ListedResources {
  const array = constantExpression(host, node);
  const elements: readonly ArrayElement[] =
    array.kind === "array" && !isElsewhere(host, node)
      ? arrayElements(host, array, "resources")
      : [{ node, why: "its elements are not known when the project is compiled" }];
  const resources: ResourceElementFacts[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { node: element, why } of elements) {
    const read =
      why === undefined ? readElement(host, element, pipeline) : refuse(host, element, pipeline, why);
    if ("code" in read) diagnostics.push(read);
    else resources.push(read);
  }
  return { resources, diagnostics, lacksResources: diagnostics.length > 0 };
}

function readElement(host: CompilerHost, node: Node, pipeline: string): ResourceElementFacts | Diagnostic {
  const symbol = host.symbolAt(node);
  const declared = symbol && host.declarationOf(symbol);
  if (!symbol || !declared) return refuse(host, node, pipeline, "it is not the name of an exported constant");
  const type = host.typeOf(symbol);
  const nameType = declaredName(host, type);
  if (!nameType)
    return refuse(host, node, pipeline, `it is ${host.print(type)}, which resource() has not made`);
  const name = host.literal(nameType);
  const location = host.location(node);
  if (typeof name !== "string")
    return report("dynamicName", { what: "resource", type: host.print(nameType) }, location);
  const declaration = exportedDeclaration(host, declared);
  const { file, exportPath, origin } = declaration;
  const id = exportId(declaration);
  if (id === undefined || exportPath === undefined)
    return refuse(host, node, pipeline, unexported(declaration));
  const element = { location, text: firstLine(host.text(node)), name, id };
  return origin === "other" ? { ...element, other: { file, exportPath } } : element;
}

function refuse(host: CompilerHost, node: Node, pipeline: string, why: string): Diagnostic {
  const details = { element: firstLine(host.text(node)), pipeline, why };
  return report("notAResource", details, host.location(node));
}

/** The type of the name, in the type of a declaration; undefined for other types. */
function declaredName(host: CompilerHost, type: Type): Type | undefined {
  if (host.kind(type) !== "object") return undefined;
  const name = host.nameOf(type);
  const isDeclaration = name?.origin === "core" && name.name === "ResourceDeclaration";
  return isDeclaration ? host.typeArguments(type)[0] : undefined;
}
