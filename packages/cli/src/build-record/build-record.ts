/** What the last successful build read and gave, so that a run after which nothing changed needs no compiler. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Compiler } from "@glacier-ts/analyzer";
import { type Manifest, parseManifest } from "@glacier-ts/core";
import type { CodeCache } from "@glacier-ts/runtime";
import type { Problem } from "../problem.js";
import { isSameFile, isSameFolder, type Stamp } from "./stamp.js";

/** JSON; paths are relative to the project's folder, with `/`. */
export interface StoredBuild {
  readonly version: string;
  readonly configFile: string;
  readonly compiler: Compiler | null;
  readonly files: Readonly<Record<string, Stamp>>;
  readonly folders: Readonly<Record<string, Stamp>>;
  readonly manifestFile: string;
  /** What to import for the modules of tasks and resources. */
  readonly modules: Readonly<Record<string, string>>;
  readonly warnings: readonly Problem[];
  readonly code: CodeCache;
}

export class BuildRecord {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly #stored: StoredBuild;

  constructor(root: string, stored: StoredBuild) {
    this.root = root;
    this.#stored = stored;
  }

  /** Whether a build would read and write the same. What cannot be told counts as changed. */
  isCurrent(): boolean {
    const { files, folders } = this.#stored;
    try {
      return (
        Object.entries(files).every(([file, stamp]) => isSameFile(path.resolve(this.root, file), stamp)) &&
        Object.entries(folders).every(([folder, stamp]) =>
          isSameFolder(path.resolve(this.root, folder), stamp),
        )
      );
    } catch {
      return false;
    }
  }

  /** The code of tasks; also where the record is not current it is worth something. */
  get code(): CodeCache {
    return this.#stored.code;
  }

  get warnings(): readonly Problem[] {
    return this.#stored.warnings;
  }

  /** Absolute. */
  get manifestFile(): string {
    return path.resolve(this.root, this.#stored.manifestFile);
  }

  /** The project's manifest as it was written last. */
  manifest(): Manifest {
    const manifest = parseManifest(readFileSync(this.manifestFile, "utf8"), this.manifestFile);
    if (!manifest.ok) throw new Error(`Internal error: ${manifest.failure.message}`);
    return manifest.value;
  }

  /** As `Project.outputFile`, for the modules of tasks and resources. */
  outputFile(module: string): string | undefined {
    const { modules } = this.#stored;
    return Object.hasOwn(modules, module) ? path.resolve(this.root, modules[module] ?? "") : undefined;
  }

  /** As `Project.readSource`. */
  readSource(file: string): string | undefined {
    try {
      return readFileSync(path.resolve(this.root, file), "utf8");
    } catch {
      return undefined;
    }
  }
}

/**
 * The record of a project's last build; undefined where there is none, or one of another Glacier or compiler.
 * @param configFile the tsconfig, absolute
 */
export function readBuildRecord(configFile: string, compiler: Compiler | undefined): BuildRecord | undefined {
  const root = path.dirname(configFile);
  try {
    const stored: StoredBuild = JSON.parse(readFileSync(recordFile(root), "utf8"));
    const isOurs =
      stored.version === recordVersion() &&
      stored.configFile === path.basename(configFile) &&
      stored.compiler === (compiler ?? null);
    return isOurs ? new BuildRecord(root, stored) : undefined;
  } catch {
    // There is none, or it is damaged.
    return undefined;
  }
}

export const recordFile = (root: string) => path.join(root, ".glacier", "build.json");

/** A record is read only by what has written it. */
export function recordVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return `1 ${(JSON.parse(text) as { version: string }).version}`;
}
