/** A project in an editor: the programs of one tsconfig, one after another, and what is said of each. */
import type ts from "typescript";
import { AnalyzerCrash, whileReading } from "../analyzer-crash.js";
import { fixableCodes } from "../fixes/fixes.js";
import { IncrementalAnalysis } from "../incremental-analysis.js";
import type { AnalyzedProgram } from "./analyzed-program.js";
import { compilerDiagnostic, crashDiagnostic } from "./compiler-diagnostic.js";
import { completions, describedCompletion, ownCompletionDetails } from "./editor-completions.js";
import { codeFixes, combinedCodeFix, isOwnFix } from "./editor-fixes.js";
import { hover } from "./editor-hover.js";
import { consumers, definitions } from "./editor-navigation.js";
import { fileDependencies } from "./file-dependencies.js";
import type { EditorRequest } from "./import-edits.js";
import { projectRoot } from "./project-root.js";
import { type TypeSlot, typeSlotAt } from "./type-slot.js";
import { typescript6Host } from "./typescript6.js";

interface Analyzed extends AnalyzedProgram {
  /** By file name; those without a place in a file are under the empty name. */
  readonly diagnostics: ReadonlyMap<string, readonly ts.Diagnostic[]>;
}

/**
 * What an editor shows. Nothing here throws: a crash of the analyzer is logged, and becomes a diagnostic in the files
 * that are asked for, until a program can be analysed again.
 */
export class EditorProject {
  /** The numbers of the diagnostics that have quick fixes. */
  static readonly fixableCodes = fixableCodes;

  readonly #ts: typeof import("typescript");
  readonly #currentProgram: () => ts.Program | undefined;
  readonly #log: (text: string) => void;
  #incremental = new IncrementalAnalysis();
  #last: { program: ts.Program; outcome: Analyzed | AnalyzerCrash } | undefined;

  /**
   * @param currentProgram the program of the project as it is edited now
   * @param log where crashes are written, with their stacks
   */
  constructor(
    typescript: typeof import("typescript"),
    currentProgram: () => ts.Program | undefined,
    log: (text: string) => void,
  ) {
    this.#ts = typescript;
    this.#currentProgram = currentProgram;
    this.#log = log;
  }

  /** Lets go of what is remembered; the next question starts anew. */
  forget(): void {
    this.#last = undefined;
    this.#incremental = new IncrementalAnalysis();
  }

  /** What the analyzer reports in a file: errors and warnings. */
  diagnostics(fileName: string): readonly ts.Diagnostic[] {
    const program = this.#currentProgram();
    const file = program?.getSourceFile(fileName);
    const outcome = program && file && this.#analyze(program);
    if (!outcome) return [];
    return outcome instanceof AnalyzerCrash
      ? [crashDiagnostic(this.#ts, outcome, file)]
      : (outcome.diagnostics.get(file.fileName) ?? []);
  }

  /** What concerns the project as a whole, such as its tsconfig. */
  projectDiagnostics(): readonly ts.Diagnostic[] {
    const program = this.#currentProgram();
    const outcome = program && this.#analyze(program);
    return !outcome || outcome instanceof AnalyzerCrash ? [] : (outcome.diagnostics.get("") ?? []);
  }

  /**
   * What hovering shows.
   *
   * @param found what TypeScript says itself; the answer where Glacier has nothing to add
   * @param hasLinks the editor takes parts of text that lead somewhere
   */
  hover(
    fileName: string,
    position: number,
    found: ts.QuickInfo | undefined,
    hasLinks: boolean,
  ): ts.QuickInfo | undefined {
    return this.#ask(fileName, (analyzed, file) => hover(analyzed, file, position, found, hasLinks)) ?? found;
  }

  /** Where the definition of a name is; `found` is what TypeScript says, and the answer where there is nothing to add. */
  definitions(
    fileName: string,
    position: number,
    found: ts.DefinitionInfoAndBoundSpan | undefined,
  ): ts.DefinitionInfoAndBoundSpan | undefined {
    return this.#ask(fileName, (analyzed, file) => definitions(analyzed, file, position, found)) ?? found;
  }

  /** The parameters that read what the task that is named at a position produces. */
  consumers(fileName: string, position: number): readonly ts.ReferencedSymbol[] {
    return this.#ask(fileName, (analyzed, file) => consumers(analyzed, file, position)) ?? [];
  }

  /** The quick fixes for what the analyzer reports at a span; `codes` are the numbers of the diagnostics. */
  codeFixes(
    fileName: string,
    at: { readonly start: number; readonly end: number; readonly codes: readonly number[] },
    request: EditorRequest,
  ): readonly ts.CodeFixAction[] {
    return this.#ask(fileName, (analyzed, file) => codeFixes(analyzed, file, at, request)) ?? [];
  }

  /** One kind of quick fix for everything in a file; undefined where the kind is none of Glacier's. */
  combinedCodeFix(fileName: string, fixId: {}, request: EditorRequest): ts.CombinedCodeActions | undefined {
    if (!isOwnFix(fixId)) return undefined;
    const found = this.#ask(fileName, (analyzed, file) => combinedCodeFix(analyzed, file, fixId, request));
    return found ?? { changes: [] };
  }

  /**
   * What is completed.
   *
   * @param complete asks TypeScript; `includeSymbol` is true where datasets belong
   */
  completions(
    fileName: string,
    position: number,
    complete: (includeSymbol: boolean) => ts.WithMetadata<ts.CompletionInfo> | undefined,
  ): ts.WithMetadata<ts.CompletionInfo> | undefined {
    const slot = this.#typeSlot(fileName, position);
    const found = complete(slot !== undefined);
    if (!slot || !found) return found;
    return this.#ask(fileName, (analyzed, file) => completions(analyzed, file, slot, found)) ?? found;
  }

  /**
   * The details of one completion.
   *
   * @param complete asks TypeScript, for the details and for the symbol
   */
  completionDetails(
    fileName: string,
    position: number,
    entry: { readonly name: string; readonly source: string | undefined },
    complete: {
      readonly details: () => ts.CompletionEntryDetails | undefined;
      readonly symbol: () => ts.Symbol | undefined;
    },
    request: EditorRequest,
    hasLinks: boolean,
  ): ts.CompletionEntryDetails | undefined {
    const slot = this.#typeSlot(fileName, position);
    if (!slot) return complete.details();
    const own = this.#ask(fileName, (analyzed, file) =>
      ownCompletionDetails(analyzed, file, slot, entry, request, hasLinks),
    );
    const found = own ?? complete.details();
    const symbol = own || !found ? undefined : complete.symbol();
    if (!found || !symbol) return found;
    return (
      this.#ask(fileName, (analyzed) => describedCompletion(analyzed, slot, symbol, found, hasLinks)) ?? found
    );
  }

  /** Where a position takes a dataset, as far as syntax tells. Nothing is analysed for completions elsewhere. */
  #typeSlot(fileName: string, position: number): TypeSlot | undefined {
    const file = this.#currentProgram()?.getSourceFile(fileName);
    const slot = file && this.#guard(fileName, () => typeSlotAt(this.#ts, file, position));
    return slot instanceof AnalyzerCrash ? undefined : slot;
  }

  /** Answers a question about a file; undefined where the program or the answer could not be had. */
  #ask<Answer>(
    fileName: string,
    answer: (analyzed: AnalyzedProgram, file: ts.SourceFile) => Answer,
  ): Answer | undefined {
    const program = this.#currentProgram();
    const file = program?.getSourceFile(fileName);
    const outcome = program && file && this.#analyze(program);
    if (!outcome || outcome instanceof AnalyzerCrash) return undefined;
    const found = this.#guard(fileName, () => answer(outcome, file));
    return found instanceof AnalyzerCrash ? undefined : found;
  }

  #analyze(program: ts.Program): Analyzed | AnalyzerCrash {
    if (this.#last?.program === program) return this.#last.outcome;
    const outcome = this.#guard(undefined, () => this.#read(program));
    this.#last = { program, outcome };
    return outcome;
  }

  #read(program: ts.Program): Analyzed {
    const root = projectRoot(program);
    const host = typescript6Host(this.#ts, program, root);
    const analysis = this.#incremental.update(host, fileDependencies(this.#ts, program));
    const diagnostics = new Map<string, ts.Diagnostic[]>();
    for (const found of analysis.diagnostics) {
      const diagnostic = compilerDiagnostic(this.#ts, program, root, found);
      const name = diagnostic.file?.fileName ?? "";
      diagnostics.set(name, [...(diagnostics.get(name) ?? []), diagnostic]);
    }
    return { ts: this.#ts, program, root, host, analysis, diagnostics };
  }

  #guard<Value>(file: string | undefined, read: () => Value): Value | AnalyzerCrash {
    try {
      return whileReading(file ?? "the project", read);
    } catch (error) {
      if (!(error instanceof AnalyzerCrash)) throw error;
      // An editor cancels what it no longer needs: that is no failure, and is asked for again.
      if (error.thrown instanceof this.#ts.OperationCanceledException) throw error.thrown;
      this.#log(`Glacier: ${error.stack}`);
      return error;
    }
  }
}
