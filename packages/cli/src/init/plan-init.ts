/** Everything that `glacier init` would do, worked out before anything is written. */
import { statSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, fail, type Result, succeed } from "@glacier-ts/core";
import { hasPipeline } from "./existing-project.js";
import { chooseFolder, planFirstPipeline } from "./first-pipeline.js";
import { planGitignore } from "./gitignore-step.js";
import { installCommand, planPackage } from "./package-step.js";
import type { PlannedFile } from "./planned-file.js";
import { readTsconfig } from "./tsconfig-step.js";

export interface InitPlan {
  /** Absolute: the folder of the tsconfig. */
  readonly folder: string;
  readonly files: readonly PlannedFile[];
  /** What is left to do, as commands. */
  readonly next: readonly string[];
}

/**
 * Plans what adds Glacier to a project.
 *
 * @param at a tsconfig, or a folder; neither has to be there yet
 * @param version of Glacier
 */
export function planInit(at: string, version: string): Result<InitPlan, readonly Diagnostic[]> {
  const isConfig = at.endsWith(".json") || statSync(at, { throwIfNoEntry: false })?.isFile() === true;
  const configFile = path.resolve(isConfig ? at : path.join(at, "tsconfig.json"));
  const folder = path.dirname(configFile);
  const isDefault = path.basename(configFile) === "tsconfig.json";
  const projectArgument = isDefault ? "" : ` --project ${shellWord(path.basename(configFile))}`;

  const tsconfig = readTsconfig(configFile);
  if (!tsconfig.ok) return tsconfig;
  const { existing, sourceFolder } = tsconfig.value;
  const isWritten = existing !== undefined && hasPipeline(configFile);
  const pipelineFolder = isWritten ? undefined : chooseFolder(folder, sourceFolder);
  const newFile = pipelineFolder === undefined ? undefined : path.posix.join(pipelineFolder, "pipeline.ts");

  const steps = [
    planPackage(folder, { version, projectArgument }),
    tsconfig.value.plan(newFile),
    planGitignore(folder),
  ];
  const failures = steps.flatMap((step) => (step.ok ? [] : step.failure));
  if (failures.length > 0) return fail(failures);
  const files = [
    ...steps.flatMap((step) => (step.ok ? [step.value] : [])),
    ...(pipelineFolder === undefined
      ? []
      : planFirstPipeline(path.join(folder, pipelineFolder), path.join(folder, sourceFolder))),
  ];
  const isPackageChanged = files[0]?.change !== undefined;
  const next = [
    ...(isPackageChanged ? [installCommand(folder)] : []),
    `npx glacier check${projectArgument}`,
    `npx glacier run${projectArgument}`,
  ];
  return succeed({ folder, files, next });
}

/** A file name as one word of a command, for the shells of npm scripts: sh, and cmd on Windows. */
function shellWord(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : `"${name.replace(/["$`\\]/g, "\\$&")}"`;
}
