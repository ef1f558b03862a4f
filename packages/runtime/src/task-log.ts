import { inspect } from "node:util";
import type { JsonObject, LogFields, LogLevel, TaskLog } from "@glacier-ts/core";

export type WriteLog = (level: LogLevel, message: string, fields?: JsonObject) => void;

/** Makes the log of a task's context. Messages and fields reach `write` as text and as plain JSON. */
export function makeTaskLog(write: WriteLog): TaskLog {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    write(level, String(message), fields && plainFields(fields));
  const info = at("info");
  return Object.assign((message: string, fields?: LogFields) => info(message, fields), {
    debug: at("debug"),
    info,
    warn: at("warn"),
    error: at("error"),
  });
}

/** Fields as JSON; what JSON cannot hold, as text. A log must not fail. */
function plainFields(fields: LogFields): JsonObject {
  const entries = Object.entries(fields).map(([key, value]) => {
    try {
      const text = JSON.stringify(value instanceof Error ? `${value.name}: ${value.message}` : value);
      return [key, text === undefined ? inspect(value) : JSON.parse(text)];
    } catch {
      return [key, inspect(value, { depth: 2, breakLength: Infinity })];
    }
  });
  return Object.fromEntries(entries);
}
