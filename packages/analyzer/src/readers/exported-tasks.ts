import type { CompilerHost, SourceFile, Type } from "../compiler-host.js";
import { mentionsDataset } from "../model.js";
import type { TaskReader } from "./task.js";

/** Whether a module itself declares functions that mention datasets and exports them, in objects or as they are. */
export function exportsTasks(host: CompilerHost, tasks: TaskReader, file: SourceFile): boolean {
  const module = host.moduleOf(file);
  const exported = module ? host.exportsOf(module) : [];
  return exported.some(({ symbol }) => {
    if (host.declarationOf(symbol)?.file !== host.path(file)) return false;
    const type = host.typeOf(symbol);
    return !isSchema(host, type) && (isTask(host, tasks, type) || holdsTasks(host, tasks, type));
  });
}

/** A Standard Schema: its type may lead through a whole library, in which no task is. */
export function isSchema(host: CompilerHost, type: Type): boolean {
  const kind = host.kind(type);
  return (kind === "object" || kind === "intersection") && host.property(type, "~standard") !== undefined;
}

/** Whether an object or an array has functions that mention datasets. */
export function holdsTasks(host: CompilerHost, tasks: TaskReader, type: Type): boolean {
  const kind = host.kind(type);
  if (kind === "array") return host.typeArguments(type).some((element) => isTask(host, tasks, element));
  if (kind === "tuple") return host.tupleElements(type).some((element) => isTask(host, tasks, element.type));
  if (kind !== "object" || ["core", "lib"].includes(host.nameOf(type)?.origin ?? "")) return false;
  return host.propertyTypes(host.properties(type)).some((member) => isTask(host, tasks, member));
}

/** Whether a type is that of functions one of which mentions a dataset. */
export function isTask(host: CompilerHost, tasks: TaskReader, type: Type): boolean {
  const members = host.kind(type) === "union" ? host.members(type) : [type];
  return members.some((member) => {
    const declaration = host.calledDeclaration(member);
    return declaration !== undefined && mentionsDataset(tasks.readFunction(declaration, member));
  });
}
