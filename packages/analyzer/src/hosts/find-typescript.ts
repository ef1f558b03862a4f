/** Which TypeScript a project has, and where that of version 7 is. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Typescript7 } from "./typescript7-answers.js";

/** The version of TypeScript 7 that Glacier is tested with. Its programming interface is not stable yet. */
export const testedTypescript7 = "7.1.0-dev.20261021.1";

/** The name under which TypeScript 7 is installed beside another version. */
const alias = "typescript7";

/** An installed TypeScript 7. */
export interface InstalledTypescript7 {
  /** As an error names it: `TypeScript 7.1.0`. */
  readonly name: string;
  load(): Typescript7;
}

/** The version of the `typescript` that a folder uses; undefined where there is none. */
export function typescriptVersion(folder: string): string | undefined {
  return versionOf(requireFrom(folder), "typescript");
}

/**
 * TypeScript 7 as a folder uses it: its `typescript`, else its `typescript7`, else that of this package.
 * @returns undefined where there is none with the programming interface that came with 7.1
 */
export function findTypescript7(folder: string): InstalledTypescript7 | undefined {
  const own = createRequire(import.meta.url);
  const require = requireFrom(folder);
  const candidates = [
    [require, "typescript"],
    [require, alias],
    [own, alias],
  ] as const;
  for (const [require, name] of candidates) {
    const version = versionOf(require, name);
    if (version === undefined || !isSupported(version)) continue;
    const load = () => ({
      sync: require(`${name}/sync`),
      ast: require(`${name}/ast`),
      fs: require(`${name}/fs`),
    });
    return { name: `TypeScript ${version}`, load };
  }
  return undefined;
}

function requireFrom(folder: string): NodeJS.Require {
  return createRequire(path.join(folder, "package.json"));
}

function versionOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8"));
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 7 && minor >= 1;
}
