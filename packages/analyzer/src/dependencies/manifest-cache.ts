import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, type Manifest, parseManifest, type Result, succeed } from "@glacier-ts/core";

/** The manifest of another project. */
interface DependencyManifest {
  readonly manifest: Manifest;
  /** The project's folder, absolute. */
  readonly root: string;
  /** Its modules, by the absolute paths of their declaration files. */
  readonly modules: ReadonlyMap<string, string>;
}

/** The manifest, or GLA4002 or GLA4003; undefined where there is none. */
export type FoundManifest = Result<DependencyManifest, Diagnostic> | undefined;

/** By file: what was read, and when the file was written. An editor asks with every key that is pressed. */
const read = new Map<string, { readonly version: string; readonly found: FoundManifest }>();

/**
 * Reads the manifest of another project, once for each time that it is written.
 * @param shown how diagnostics name the file
 */
export function readDependencyManifest(file: string, shown: string): FoundManifest {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) return undefined;
  const version = `${stats.mtimeMs} ${stats.size} ${stats.ino} ${shown}`;
  const known = read.get(file);
  if (known?.version === version) return known.found;
  const parsed = parseManifest(readFileSync(file, "utf8"), shown);
  const found = parsed.ok ? succeed(describe(parsed.value, file)) : parsed;
  read.set(file, { version, found });
  return found;
}

function describe(manifest: Manifest, file: string): DependencyManifest {
  const root = path.resolve(path.dirname(file), manifest.root ?? "");
  const modules = Object.entries(manifest.modules ?? {}).map(
    ([module, { declarations }]) => [path.resolve(root, declarations), module] as const,
  );
  return { manifest, root, modules: new Map(modules) };
}
