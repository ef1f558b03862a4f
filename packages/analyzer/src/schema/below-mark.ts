import type { CompilerHost, Type } from "../compiler-host.js";

const markNames = new Set(["DatasetMark", "ParamMark", "SecretMark", "ResourceMark"]);

/** The payload of an intersection of one type with a mark; undefined for other types. */
export function belowMark(host: CompilerHost, type: Type): Type | undefined {
  if (host.kind(type) !== "intersection") return undefined;
  const payload = host.members(type).filter((member) => !isMark(host, member));
  return payload.length === 1 ? payload[0] : undefined;
}

export function isMark(host: CompilerHost, type: Type): boolean {
  const name = host.nameOf(type);
  return name?.origin === "core" && markNames.has(name.name);
}
