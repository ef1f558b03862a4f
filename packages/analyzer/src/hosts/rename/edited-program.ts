/** A project behind TypeScript's language service, whose files can be edited in memory. */
import { createHash } from "node:crypto";
import path from "node:path";
import type { Diagnostic, Location } from "@glacier-ts/core";
import ts from "typescript";
import { fromCompiler } from "../compiler-diagnostic.js";
import { lineAndColumn } from "../source-text.js";
import { applyEdits, type TextEdit } from "../wire-text.js";

/** Edits by the absolute path of their file. */
export type FileEdits = ReadonlyMap<string, readonly TextEdit[]>;

/** Files that stay the same are parsed once for all programs of the process. */
const documents = ts.createDocumentRegistry();

export class EditedProgram {
  /** The folder of the tsconfig, absolute. */
  readonly root: string;
  readonly service: ts.LanguageService;
  readonly #edited = new Map<string, string>();
  readonly #original = new Map<string, string>();
  readonly #versions = new Map<string, string>();
  readonly #references = new Map<ts.Node, readonly ts.Node[]>();
  #program: ts.Program | undefined;

  constructor(configFile: string, config: ts.ParsedCommandLine) {
    this.root = path.dirname(configFile);
    const { projectReferences } = config;
    const edited = this.#edited;
    const readFile = (file: string) => edited.get(file) ?? ts.sys.readFile(file);
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => config.options,
      getScriptFileNames: () => config.fileNames,
      getScriptVersion: (file) => this.#version(file, readFile),
      getScriptSnapshot: (file) => {
        const text = readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      ...(projectReferences && { getProjectReferences: () => projectReferences }),
      ...(ts.sys.realpath && { realpath: ts.sys.realpath }),
      fileExists: ts.sys.fileExists,
      readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    };
    this.service = ts.createLanguageService(host, documents);
  }

  get program(): ts.Program {
    this.#program ??= this.service.getProgram();
    if (!this.#program) throw new Error("Internal error: the language service has no program");
    return this.#program;
  }

  /** The project's own source files. */
  get files(): readonly ts.SourceFile[] {
    const { program } = this;
    return program
      .getSourceFiles()
      .filter((source) => !source.isDeclarationFile && !program.isSourceFileFromExternalLibrary(source));
  }

  /** Edits files, once. */
  edit(edits: FileEdits): void {
    for (const source of this.files) this.#original.set(source.fileName, source.text);
    for (const [file, changes] of edits) {
      this.#edited.set(file, applyEdits(this.#original.get(file) ?? "", changes));
      this.#versions.delete(file);
    }
    this.#references.clear();
    this.#program = undefined;
  }

  /** The text of a file before it was edited. */
  originalText(file: string): string | undefined {
    return this.#original.get(file);
  }

  /** The absolute path of a file of a location. */
  resolve(file: string): string {
    return path.resolve(this.root, file).split(path.sep).join("/");
  }

  /** What the compiler says of the project. */
  typeErrors(): readonly Diagnostic[] {
    const { program } = this;
    const found = [
      ...program.getConfigFileParsingDiagnostics(),
      ...program.getOptionsDiagnostics(),
      ...program.getSyntacticDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...program.getSemanticDiagnostics(),
    ];
    return found.map((diagnostic) => fromCompiler(ts, diagnostic, this.root));
  }

  locate(node: ts.Node): Location {
    const source = node.getSourceFile();
    const start = node.getStart(source);
    const file = path.relative(this.root, source.fileName).split(path.sep).join("/");
    return { file, ...lineAndColumn(source, start), start, length: node.end - start };
  }

  /** The node that takes exactly this span of a file; undefined where there is none. */
  nodeAt(file: string, start: number, length: number): ts.Node | undefined {
    const source = this.program.getSourceFile(file);
    const end = start + length;
    let found: ts.Node | undefined;
    for (let at: ts.Node | undefined = source; at; ) {
      if (at.getStart(source) === start && at.end === end) found = at;
      at = at.getChildren(source).find((child) => child.pos <= start && end <= child.end);
    }
    return found;
  }

  /** The names that refer to what is declared by a name, the declarations included. */
  references(name: ts.Node): readonly ts.Node[] {
    const known = this.#references.get(name) ?? this.#findReferences(name);
    this.#references.set(name, known);
    return known;
  }

  #findReferences(name: ts.Node): readonly ts.Node[] {
    const found = this.service.findReferences(name.getSourceFile().fileName, name.getStart()) ?? [];
    return found
      .flatMap(({ references }) => references)
      .flatMap(
        ({ fileName, textSpan }) =>
          this.nodeAt(fileName, textSpan.start, textSpan.length) ?? this.#quoted(fileName, textSpan) ?? [],
      );
  }

  /** By content: the parsed files are shared with other programs, which may have other texts. */
  #version(file: string, readFile: (file: string) => string | undefined): string {
    const known = this.#versions.get(file);
    if (known !== undefined) return known;
    const version = createHash("sha1")
      .update(readFile(file) ?? "")
      .digest("hex");
    this.#versions.set(file, version);
    return version;
  }

  /** A string literal: the service spans what is between the quotes. */
  #quoted(file: string, { start, length }: ts.TextSpan): ts.Node | undefined {
    return this.nodeAt(file, start - 1, length + 2);
  }
}
