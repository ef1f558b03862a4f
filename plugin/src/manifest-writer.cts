/**
 * When the manifest is written. A plain build has seen every error by the time it emits. An incremental build has not:
 * errors of files that did not change are remembered by the builder, and show in the exit code only.
 */
import type { ProgramProject } from "@glacier-ts/analyzer/program" with { "resolution-mode": "import" };
import type ts from "typescript";

/** One tsconfig in this process: under `--watch` it has many programs, one after another. */
interface Build {
  /** The latest. */
  project: ProgramProject;
  /** Files in which the compiler has found type errors. */
  readonly filesWithErrors: Set<string>;
  /** It was emitted, and its manifest is still to be written. */
  isPending: boolean;
}

/** By the file of the manifest. */
const builds = new Map<string, Build>();

/** The build that a program belongs to. */
function buildOf(project: ProgramProject): Build {
  const known = builds.get(project.manifestFile);
  if (known) {
    known.project = project;
    return known;
  }
  if (builds.size === 0) process.once("exit", writeAtExit);
  // Under `-b` the next project reads the manifests of those that it refers to.
  for (const before of builds.values()) writePending(before, before.filesWithErrors.size === 0);
  const build = { project, filesWithErrors: new Set<string>(), isPending: false };
  builds.set(project.manifestFile, build);
  return build;
}

/** Remembers whether the files that were checked have type errors. */
function noteTypeErrors(
  build: Build,
  checked: readonly ts.SourceFile[],
  diagnostics: readonly ts.Diagnostic[],
  error: ts.DiagnosticCategory.Error,
): void {
  for (const { fileName } of checked) build.filesWithErrors.delete(fileName);
  for (const { category, file } of diagnostics) {
    if (category === error) build.filesWithErrors.add(file?.fileName ?? "");
  }
}

/** Writes the manifest of a build that has emitted; what goes wrong is returned as the compiler's own diagnostics. */
function writeAfterEmit(build: Build, options: ts.CompilerOptions): readonly ts.Diagnostic[] {
  const isIncremental = options.incremental === true || options.composite === true;
  if (!isIncremental || options.watch) {
    return build.filesWithErrors.size === 0 ? build.project.tryWriteManifest() : [];
  }
  build.isPending = true;
  // A build that ends does so before this turn of the event loop is over; `-b --watch` goes on.
  setImmediate(() => writePending(build, build.filesWithErrors.size === 0)).unref();
  return [];
}

function writePending(build: Build, isClean: boolean): void {
  if (!build.isPending) return;
  build.isPending = false;
  if (isClean) report(build.project.tryWriteManifest());
}

function writeAtExit(exitCode: number): void {
  for (const build of builds.values()) {
    // Of several projects that are built together, the exit code does not say which one has the errors.
    const isClean = exitCode === 0 || (builds.size > 1 && build.filesWithErrors.size === 0);
    writePending(build, isClean);
    // Nothing is emitted when no source has changed; a manifest that was deleted comes back all the same, and what has
    // changed in the manifest of a package is taken over.
    if (exitCode === 0) report(build.project.restoreManifest());
  }
}

function report(diagnostics: readonly ts.Diagnostic[]): void {
  for (const { messageText } of diagnostics) {
    process.stderr.write(`error ${String(messageText)}\n`);
    process.exitCode = 1;
  }
}

export = { buildOf, noteTypeErrors, writeAfterEmit };
