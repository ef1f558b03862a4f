import type { Diagnostic, Manifest } from "@glacier-ts/core";

/** What the analyzer learned of a whole project. */
export interface Analysis {
  /** Complete only when no diagnostic is an error. */
  readonly manifest: Manifest;
  /** By file and position. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A TypeScript project that is open for analysis. */
export interface Project {
  /** The folder of the tsconfig, absolute: what paths in manifests and diagnostics are relative to. */
  readonly root: string;
  /** Absolute path of the tsconfig. */
  readonly configFile: string;
  /** Absolute path that the manifest is written to. */
  readonly manifestFile: string;
  /** Reads datasets, tasks and pipelines; computed once. */
  analyze(): Analysis;
  /** What the TypeScript compiler itself reports: syntax, types and options. */
  typeErrors(): readonly Diagnostic[];
  /**
   * Writes JavaScript with the wiring, and the manifest. Call it only when there are no errors.
   * @returns absolute paths of the files that were written
   */
  emit(): readonly string[];
  /**
   * Absolute path of what to import for a module, named as in the manifest: `src/tasks.ts`, `@acme/sales:src/tasks.ts`.
   * Undefined where no JavaScript is emitted of it.
   */
  outputFile(module: string): string | undefined;
  /**
   * Absolute paths of the files that the project was read from: its sources, all declarations and what other projects say
   * of themselves, also where there is nothing. Without tsconfigs.
   */
  inputs(): readonly string[];
  /** The text of a source file, given relative to the root. */
  readSource(file: string): string | undefined;
  /** Ends the compiler's process, where it has one. After it, only `outputFile` and `readSource` may be asked. */
  close(): void;
}
