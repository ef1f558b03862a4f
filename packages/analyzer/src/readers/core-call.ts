import type { CompilerHost, Declaration, Node } from "../compiler-host.js";
import { isDeclarationFile } from "../model.js";

/**
 * The function of core that a call calls, by whatever name: through imports, namespaces, re-exports and `const t = task`.
 *
 * @returns the name in core, such as `task`, `pipeline`, `dataset`, `serverless`; undefined for other functions
 */
export function coreFunction(host: CompilerHost, call: Node): string | undefined {
  const expression = host.expression(call);
  if (expression.kind !== "call") return undefined;
  const callee = host.expression(expression.callee);
  if (callee.kind !== "identifier" && callee.kind !== "property-access") return undefined;
  // The symbol of `object.name` needs the type of the object: it is asked for only where it can lead to core.
  if (callee.kind === "property-access" && !leadsToCore(host, call, callee.object)) return undefined;
  const symbol = host.symbolAt(callee.node);
  const declaration = symbol && host.declarationOf(symbol);
  if (!symbol || !declaration) return undefined;
  if (declaration.origin === "core") return declaration.name;
  const isSource = declaration.origin !== "lib" && !isDeclarationFile(declaration.file);
  if (!isSource || declaration.kind === "function") return undefined;
  const called = host.calledDeclaration(host.typeOf(symbol));
  return called?.origin === "core" ? called.name : undefined;
}

/** The functions of core that make an option of the options they are given, and the `kind` that they add. */
export const optionKinds: ReadonlyMap<string, string> = new Map([
  ["local", "local"],
  ["container", "container"],
  ["serverless", "serverless"],
  ["file", "file"],
  ["s3", "s3"],
  ["gcs", "gcs"],
  ["azureBlob", "azure-blob"],
  ["http", "http"],
  ["postgres", "postgres"],
  ["duckdb", "duckdb"],
]);

const declarative = new Set([
  "task",
  "check",
  "pipeline",
  "dataset",
  "of",
  "resource",
  "env",
  "secret",
  ...optionKinds.keys(),
]);

/** Whether the function of core only describes: a bundle that does not use the result can leave its call out. */
export function isDeclarative(name: string): boolean {
  return declarative.has(name);
}

/** Whether the object is a module, part of core, or stands where a task or pipeline is declared. */
function leadsToCore(host: CompilerHost, call: Node, object: Node): boolean {
  let root = host.expression(object);
  while (root.kind === "property-access") root = host.expression(root.object);
  if (root.kind !== "identifier") return false;
  const symbol = host.symbolAt(root.node);
  const declaration = symbol && host.declarationOf(symbol);
  if (!declaration) return false;
  return (
    declaration.kind === "module" ||
    declaration.origin === "core" ||
    host.declarationOfValue(call) !== undefined
  );
}

/** Module and export of a declaration, `src/tasks.ts#clean`; undefined where it is not exported. */
export function exportId(declaration: Declaration | undefined): string | undefined {
  return declaration?.exportPath === undefined ? undefined : `${declaration.file}#${declaration.exportPath}`;
}

/** Why a declaration without an id cannot be used. */
export function unexported({ name, file }: Declaration): string {
  return `'${name}' is no exported function or const of ${file}, so a worker could not find it`;
}
