import path from "node:path";
import process from "node:process";
import {
  type Diagnostic,
  type EnvironmentConfig,
  fail,
  type Result,
  report,
  succeed,
  suggest,
} from "@glacier-ts/core";
import { fromWorkingDirectory } from "../render-problems.js";
import { loadConfig } from "./load-config.js";

/** The environment that a command takes place in. */
export interface ChosenEnvironment {
  readonly name: string;
  readonly config: EnvironmentConfig;
}

/**
 * Finds the environment of `--env`, else of `GLACIER_ENV`, else the config's default.
 *
 * @param configFile of the project: the config is beside it
 * @returns undefined where datasets live where they are declared to; GLA5059 to GLA5062 where the config or the name is
 *   wrong
 */
export async function chooseEnvironment(
  configFile: string,
  asked = process.env.GLACIER_ENV || undefined,
): Promise<Result<ChosenEnvironment | undefined, readonly Diagnostic[]>> {
  const folder = path.dirname(configFile);
  const loaded = await loadConfig(folder);
  if (!loaded.ok) return loaded;
  if (!loaded.value) {
    if (asked === undefined) return succeed(undefined);
    return fail([
      report("noConfig", { environment: asked, folder: fromWorkingDirectory("", folder) || "." }),
    ]);
  }
  const { file, config } = loaded.value;
  const name = asked ?? config.defaultEnvironment;
  if (name === undefined) return succeed(undefined);
  const { environments } = config;
  const found = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (found) return succeed({ name, config: found });
  const known = Object.keys(environments);
  return fail([
    report("unknownEnvironment", { environment: name, file, known, suggestion: suggest(name, known) }),
  ]);
}
