import path from "node:path";
import type { Manifest } from "@glacier-ts/core";
import { specifier } from "./wiring.js";

/**
 * Imports of the modules that a pipeline's datasets take their schemas from, as a JavaScript expression: for where sources
 * run as they are, or are bundled, and the JavaScript that the manifest names is not there. That of packages is.
 *
 * @param root the project's folder, absolute
 * @param from the folder of the pipeline's module, absolute
 * @returns undefined where there is none
 */
export function schemaImports(
  { pipelines, tasks, datasets }: Manifest,
  pipeline: string,
  root: string,
  from: string,
): string | undefined {
  const { tasks: listed = [], checks = [] } = pipelines[pipeline] ?? {};
  const names = [...listed, ...checks].flatMap(({ task }) => {
    const { inputs = [], outputs = [] } = tasks[task] ?? {};
    return [...inputs, ...outputs].map(({ dataset }) => dataset);
  });
  const files = new Map<string, string>();
  for (const name of names) {
    const { id = "", file, package: inPackage } = datasets[name]?.validator ?? {};
    const module = id.slice(0, id.lastIndexOf("#"));
    // Of a linked package, the program has the source: the file is that.
    const source = module.includes(":") ? file : module;
    if (source && inPackage === undefined) files.set(module, source);
  }
  const entries = [...files].sort().map(([module, file]) => {
    const imported = specifier(from, path.resolve(root, file));
    return `${JSON.stringify(module)}: () => import(${JSON.stringify(imported)})`;
  });
  return entries.length === 0 ? undefined : `{ ${entries.join(", ")} }`;
}
