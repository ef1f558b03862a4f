/** One TypeScript 6 program as a Glacier project: what the transformer, the editor and the CLI share. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, GlacierError, renderManifest, report } from "@glacier-ts/core";
import type ts from "typescript";
import { analyze, type ProgramAnalysis } from "../analyze.js";
import { AnalyzerCrash } from "../analyzer-crash.js";
import type { CompilerHost, SourceFile } from "../compiler-host.js";
import { compilerDiagnostic, crashDiagnostic } from "./compiler-diagnostic.js";
import { outputFile } from "./output-file.js";
import { projectRoot } from "./project-root.js";
import { typescript6Host } from "./typescript6.js";
import { outputOptions } from "./typescript6-options.js";
import { type PipelineExpressions, type TextEdit, wiringEdits } from "./wire-text.js";
import { wiringTransformer } from "./wiring.js";

export { AnalyzerCrash } from "../analyzer-crash.js";
export { fromCompiler } from "./compiler-diagnostic.js";
export { readConfig } from "./read-config.js";
export { schemaImports } from "./schema-imports.js";
export type { PipelineExpressions, TextEdit } from "./wire-text.js";

export interface ProgramOptions {
  /** Where the manifest is written, relative to the project's folder; by default `glacier.manifest.json`. */
  readonly manifest?: string;
}

/**
 * One program and what the analyzer says of it; the analysis is made once, when it is first asked for. Where the analyzer
 * crashes, that is an error of the program: nothing is wired and no manifest is written.
 */
export class ProgramProject {
  /** The folder of the tsconfig, absolute. */
  readonly root: string;
  /** Absolute. */
  readonly manifestFile: string;
  readonly #ts: typeof import("typescript");
  readonly #program: ts.Program;
  #host: CompilerHost | undefined;
  #outcome: ProgramAnalysis | AnalyzerCrash | undefined;
  #isWritten = false;

  constructor(typescript: typeof import("typescript"), program: ts.Program, options: ProgramOptions = {}) {
    this.#ts = typescript;
    this.#program = program;
    this.root = projectRoot(program);
    this.manifestFile = path.resolve(this.root, options.manifest ?? "glacier.manifest.json");
  }

  /** @throws AnalyzerCrash where Glacier itself is wrong */
  analyze(): ProgramAnalysis {
    const outcome = this.#analyzed();
    if (outcome instanceof AnalyzerCrash) throw outcome;
    return outcome;
  }

  #analyzed(): ProgramAnalysis | AnalyzerCrash {
    if (this.#outcome) return this.#outcome;
    try {
      this.#outcome = analyze(this.#compilerHost());
    } catch (error) {
      if (!(error instanceof AnalyzerCrash)) throw error;
      this.#outcome = error;
    }
    return this.#outcome;
  }

  /** Whether a file is a source of the project's own: neither a package's nor a referenced project's. */
  has(fileName: string): boolean {
    const source = this.#program.getSourceFile(fileName);
    const isSource = source !== undefined && !source.isDeclarationFile;
    return isSource && this.#compilerHost().origin(source as unknown as SourceFile) === "project";
  }

  /** The diagnostics that are errors, as the compiler's own. Compilers stop at warnings as well, so those are left out. */
  compilerDiagnostics(): readonly ts.Diagnostic[] {
    const outcome = this.#analyzed();
    if (outcome instanceof AnalyzerCrash) return [crashDiagnostic(this.#ts, outcome, undefined)];
    return outcome.diagnostics
      .filter((diagnostic) => diagnostic.severity === "error")
      .map((diagnostic) => this.#compilerDiagnostic(diagnostic));
  }

  /** Writes the wiring into the JavaScript of a file. */
  transformer(): ts.TransformerFactory<ts.SourceFile> {
    const outcome = this.#analyzed();
    const output = outputOptions(this.#ts, this.#program);
    return wiringTransformer(this.#ts, this.#program, {
      files: outcome instanceof AnalyzerCrash ? [] : outcome.files,
      root: this.root,
      manifestFile: this.manifestFile,
      outputFile: (source) => outputFile(source.fileName, output),
    });
  }

  /**
   * The wiring of a file as edits of its text.
   * @param fileName absolute, of a file of the program
   */
  textEdits(fileName: string, expressions: PipelineExpressions): readonly TextEdit[] {
    const source = this.#program.getSourceFile(fileName);
    const relative = path.relative(this.root, fileName).split(path.sep).join("/");
    const calls = this.analyze().files.find(({ file }) => file === relative)?.calls ?? [];
    return source ? wiringEdits(this.#ts, source, calls, expressions) : [];
  }

  /**
   * Writes the manifest, unless there are errors or the file has this content already.
   * @throws GlacierError GLA4005 when it cannot be written
   */
  writeManifest(): void {
    if (!this.#hasErrors()) replaceFile(this.manifestFile, renderManifest(this.analyze().manifest));
  }

  /** As `writeManifest`, once; what goes wrong is returned as the compiler's own diagnostics. */
  tryWriteManifest(): readonly ts.Diagnostic[] {
    if (this.#isWritten) return [];
    this.#isWritten = true;
    try {
      this.writeManifest();
      return [];
    } catch (error) {
      if (!(error instanceof GlacierError)) throw error;
      return error.diagnostics.map((diagnostic) => this.#compilerDiagnostic(diagnostic));
    }
  }

  /** As `tryWriteManifest`, where nothing had to be emitted: the file may be gone, or say what a dependency said before. */
  restoreManifest(): readonly ts.Diagnostic[] {
    return this.#program.getCompilerOptions().noEmit ? [] : this.tryWriteManifest();
  }

  #compilerHost(): CompilerHost {
    this.#host ??= typescript6Host(this.#ts, this.#program, this.root);
    return this.#host;
  }

  #hasErrors(): boolean {
    const outcome = this.#analyzed();
    return (
      outcome instanceof AnalyzerCrash || outcome.diagnostics.some(({ severity }) => severity === "error")
    );
  }

  #compilerDiagnostic(diagnostic: Diagnostic): ts.Diagnostic {
    return compilerDiagnostic(this.#ts, this.#program, this.root, diagnostic);
  }
}

/**
 * Replaces a file in one step, unless it has the content already.
 * @throws GlacierError GLA4005 when it cannot be written
 */
export function replaceFile(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    if (contentOf(file) === content) return;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new GlacierError(
      [report("manifestUnwritable", { file, why: (error as Error).message })],
      replaceFile,
    );
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
