import { existsSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Config, type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import { fromWorkingDirectory } from "../render-problems.js";
import { readConfig } from "./read-config.js";

const fileNames = ["ts", "mts", "js", "mjs"].map((ending) => `glacier.config.${ending}`);

export interface LoadedConfig {
  /** For people. */
  readonly file: string;
  readonly config: Config;
}

/**
 * Imports the config beside a project's tsconfig.
 *
 * @returns undefined where there is none; GLA5060 where it cannot be imported, GLA5059 where it is not what it should be
 */
export async function loadConfig(
  folder: string,
): Promise<Result<LoadedConfig | undefined, readonly Diagnostic[]>> {
  const found = findConfig(folder);
  if (found === undefined) return succeed(undefined);
  const file = fromWorkingDirectory("", found);
  let module: { readonly default?: unknown };
  try {
    module = await importErasable(found);
  } catch (error) {
    const why = error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
    return fail([report("configUnloadable", { file, why })]);
  }
  const read = readConfig(module.default, file);
  return read.ok ? succeed({ file, config: read.value }) : read;
}

/** The config file in a folder. */
export function findConfig(folder: string): string | undefined {
  return fileNames.map((name) => path.join(folder, name)).find((file) => existsSync(file));
}

/** Imports a module whose types Node erases, as it does by itself from 22.18 on. */
async function importErasable(file: string): Promise<{ readonly default?: unknown }> {
  const { href } = pathToFileURL(file);
  const { emitWarning } = process;
  process.emitWarning = () => {};
  const hooks = registerHooks({
    load: (asked, context, next) => {
      if (asked !== href || !/ts$/.test(file)) return next(asked, context);
      const { source } = next(asked, { ...context, format: "module" });
      const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
      return { format: "module", source: stripTypeScriptTypes(text), shortCircuit: true };
    },
  });
  try {
    return await import(href);
  } finally {
    hooks.deregister();
    process.emitWarning = emitWarning;
  }
}
