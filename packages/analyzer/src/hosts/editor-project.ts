/** A project in an editor: the programs of one tsconfig, one after another, and what is said of each. */
import path from "node:path";
import type { Location } from "@glacier-ts/core";
import type ts from "typescript";
import type { ProgramAnalysis } from "../analyze.js";
import type { CompilerHost, Node } from "../compiler-host.js";
import { describeSubject, type Subject } from "../describe.js";
import { IncrementalAnalysis } from "../incremental-analysis.js";
import { consumersOf, producersOf, type TaskPlace } from "../places.js";
import { compilerDiagnostic } from "./compiler-diagnostic.js";
import { fileDependencies } from "./file-dependencies.js";
import { projectRoot } from "./project-root.js";
import { typescript6Host } from "./typescript6.js";

/** One program, analysed. */
interface Analyzed {
  readonly host: CompilerHost;
  readonly analysis: ProgramAnalysis;
  /** By file name; those without a place in a file are under the empty name. */
  readonly diagnostics: ReadonlyMap<string, readonly ts.Diagnostic[]>;
  /** A place as the editor takes it; none where its file is not in the program. */
  readonly place: (place: TaskPlace) => readonly ts.DefinitionInfo[];
}

/** A number of its own: internal errors are not in the catalogue. */
const internalErrorCode = 990_000;

/**
 * What an editor shows. Nothing here throws: a crash of the analyzer is logged, and becomes a diagnostic in the files
 * that are asked for, until a program can be analysed again.
 */
export class EditorProject {
  readonly #ts: typeof import("typescript");
  readonly #currentProgram: () => ts.Program | undefined;
  readonly #log: (text: string) => void;
  #incremental = new IncrementalAnalysis();
  #last: { program: ts.Program; outcome: Analyzed | InternalError } | undefined;

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
    if (!(outcome instanceof InternalError)) return outcome.diagnostics.get(file.fileName) ?? [];
    const category = this.#ts.DiagnosticCategory.Error;
    const place = { file, start: 0, length: 0 };
    return [{ ...place, category, code: internalErrorCode, source: "glacier", messageText: outcome.text }];
  }

  /** What concerns the project as a whole, such as its tsconfig. */
  projectDiagnostics(): readonly ts.Diagnostic[] {
    const program = this.#currentProgram();
    const outcome = program && this.#analyze(program);
    return !outcome || outcome instanceof InternalError ? [] : (outcome.diagnostics.get("") ?? []);
  }

  /** What there is to say of the dataset, task or pipeline that is named at a position. */
  documentation(fileName: string, position: number): string | undefined {
    return this.#at(fileName, position, ({ analysis }, subject) =>
      describeSubject(analysis.manifest, subject),
    );
  }

  /** The tasks that produce the dataset that is named at a position. */
  producers(fileName: string, position: number): readonly ts.DefinitionInfo[] {
    const found = this.#at(fileName, position, ({ analysis, place }, subject) =>
      subject.kind === "dataset" ? producersOf(analysis.files, subject.name).flatMap(place) : [],
    );
    return found ?? [];
  }

  /** The parameters that read what the task that is named at a position produces. */
  consumers(fileName: string, position: number): readonly ts.ReferencedSymbol[] {
    const found = this.#at(fileName, position, ({ analysis, place }, subject) => {
      if (subject.kind !== "task") return [];
      return consumersOf(analysis.files, subject.id).flatMap((consumer) =>
        place(consumer).map((definition) => ({
          definition: { ...definition, displayParts: [{ kind: "text", text: `read by ${consumer.task}` }] },
          references: [
            { fileName: definition.fileName, textSpan: definition.textSpan, isWriteAccess: false },
          ],
        })),
      );
    });
    return found ?? [];
  }

  /** Answers a question about what is named at a position; undefined where that is nothing of Glacier's. */
  #at<Answer>(
    fileName: string,
    position: number,
    answer: (analyzed: Analyzed, subject: Subject) => Answer,
  ): Answer | undefined {
    const program = this.#currentProgram();
    const file = program?.getSourceFile(fileName);
    const outcome = program && file && this.#analyze(program);
    if (!outcome || outcome instanceof InternalError) return undefined;
    const found = this.#guard(fileName, () => {
      const subject = subjectAt(outcome, nodeAt(this.#ts, file, position) as unknown as Node);
      return subject && answer(outcome, subject);
    });
    return found instanceof InternalError ? undefined : found;
  }

  #analyze(program: ts.Program): Analyzed | InternalError {
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
    const place = ({ task, location: { file, start = 0, length = 0 } }: TaskPlace) => {
      const source = program.getSourceFile(path.resolve(root, file));
      if (!source) return [];
      const kind = this.#ts.ScriptElementKind.functionElement;
      const container = { containerKind: this.#ts.ScriptElementKind.unknown, containerName: "" };
      return [{ fileName: source.fileName, textSpan: { start, length }, kind, name: task, ...container }];
    };
    return { host, analysis, diagnostics, place };
  }

  #guard<Value>(file: string | undefined, read: () => Value): Value | InternalError {
    try {
      return read();
    } catch (error) {
      // An editor cancels what it no longer needs: that is no failure, and is asked for again.
      if (error instanceof this.#ts.OperationCanceledException) throw error;
      const internal = new InternalError(error, file ?? this.#incremental.reading ?? "the project");
      this.#log(internal.log);
      return internal;
    }
  }
}

/** A crash of the analyzer. */
class InternalError {
  readonly text: string;
  readonly log: string;

  constructor(error: unknown, reading: string) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    this.text = `Internal error: ${message.replace(/^Internal error: /, "")} while reading ${reading}`;
    this.log = `Glacier: ${this.text}\n${stack ?? ""}`;
  }
}

function subjectAt({ host, analysis }: Analyzed, node: Node): Subject | undefined {
  const symbol = host.symbolAt(node);
  const declaration = symbol && host.declarationOf(symbol);
  if (declaration?.origin !== "project") return undefined;
  const { manifest, files } = analysis;
  const id = `${declaration.file}#${declaration.exportPath}`;
  if (manifest.tasks[id]) return { kind: "task", id };
  if (manifest.pipelines[id]) return { kind: "pipeline", id };
  const name = host.location(declaration.node);
  const isHere = (location: Location) => location.file === name.file && location.start === name.start;
  const facts = files.find(({ file }) => file === name.file);
  const dataset = facts?.datasets.find(
    ({ form, location }) => isHere(location) || (form === "value" && isInside(host, declaration, location)),
  );
  return dataset && { kind: "dataset", name: dataset.name };
}

/** Whether a call that makes a dataset is in the value of a declaration. */
function isInside(
  host: CompilerHost,
  { initializer }: { readonly initializer: Node | undefined },
  location: Location,
): boolean {
  const { start = 0, length = 0 } = initializer ? host.location(initializer) : {};
  const at = location.start ?? -1;
  return at >= start && at < start + length;
}

/** The innermost node around a position. */
function nodeAt(typescript: typeof import("typescript"), file: ts.SourceFile, position: number): ts.Node {
  let node: ts.Node = file;
  for (;;) {
    const inner: ts.Node | undefined = typescript.forEachChild(node, (child) =>
      child.getStart(file) <= position && position < child.end ? child : undefined,
    );
    if (!inner) return node;
    node = inner;
  }
}
