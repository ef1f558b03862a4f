/** A project whose files are compiled one by one from memory, with no build before: what the loader and the bundlers share. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { TextEdit } from "@glacier-ts/analyzer/program";
import { fromCompiler, ProgramProject, readConfig, schemaImports } from "@glacier-ts/analyzer/program";
import { type Diagnostic, GlacierError, renderDiagnostic } from "@glacier-ts/core";
import MagicString, { type SourceMap } from "magic-string";
import ts from "typescript";

/** A text with the wiring in it, and the way back: by line and column, to the file as it was written. */
export interface WiredText {
  readonly code: string;
  readonly map: SourceMap;
}

/** The projects of a process, each opened when a file of it is first asked for. */
export class SourceProjects {
  readonly #tsconfig: string | undefined;
  readonly #byConfig = new Map<string, SourceProject>();
  readonly #byFolder = new Map<string, string | undefined>();

  /** @param tsconfig the project of every file; by default the nearest `tsconfig.json` is */
  constructor(tsconfig?: string) {
    this.#tsconfig = tsconfig === undefined ? undefined : path.resolve(tsconfig);
  }

  /**
   * The project that a file belongs to; of one that only refers to others, the first of those that has the file.
   * JavaScript belongs only to a project that has it among its sources.
   * @throws GlacierError GLA4008 when its tsconfig cannot be read
   */
  of(file: string): SourceProject | undefined {
    const config = this.#tsconfig ?? this.#nearestConfig(path.dirname(file));
    if (config === undefined) return undefined;
    const nearest = this.#open(config);
    const isJavaScript = /\.[cm]?jsx?$/.test(file);
    if (isJavaScript && !nearest.mayHaveJavaScript()) return undefined;
    return this.#among(nearest, file, new Set()) ?? (isJavaScript ? undefined : nearest);
  }

  /** To be called when files may have changed: projects look again, the next time that they are asked. */
  expire(): void {
    for (const project of this.#byConfig.values()) project.expire();
  }

  #among(project: SourceProject, file: string, seen: Set<SourceProject>): SourceProject | undefined {
    if (project.has(file)) return project;
    if (seen.has(project)) return undefined;
    seen.add(project);
    for (const reference of project.references()) {
      const found = this.#among(this.#open(reference), file, seen);
      if (found) return found;
    }
    return undefined;
  }

  #open(config: string): SourceProject {
    const project = this.#byConfig.get(config) ?? new SourceProject(config);
    this.#byConfig.set(config, project);
    return project;
  }

  #nearestConfig(folder: string): string | undefined {
    if (!this.#byFolder.has(folder)) this.#byFolder.set(folder, ts.findConfigFile(folder, ts.sys.fileExists));
    return this.#byFolder.get(folder);
  }
}

/** A function that is not in the compiler's public types. */
interface ReferringHost extends ts.CompilerHost {
  useSourceOfProjectReferenceRedirect?(): boolean;
}

/** One tsconfig: its program, analysed as a whole. */
export class SourceProject {
  /** The folder of the tsconfig, absolute. */
  readonly root: string;
  readonly #configFile: string;
  readonly #sources = new Map<string, ts.SourceFile>();
  #config: ts.ParsedCommandLine;
  #program: ts.Program | undefined;
  #analyzed: ProgramProject | undefined;
  #resolutions: ts.ModuleResolutionCache | undefined;
  #manifest: string | undefined;
  #errors: readonly Diagnostic[] | undefined;
  #isExpired = false;

  /** @throws GlacierError GLA4008 when the tsconfig cannot be read */
  constructor(configFile: string) {
    this.#configFile = configFile;
    this.root = path.dirname(configFile);
    this.#config = configOf(configFile);
  }

  get options(): ts.CompilerOptions {
    return this.#config.options;
  }

  /** Known from the tsconfig alone: without JavaScript no program is made for a file of it. */
  mayHaveJavaScript(): boolean {
    const { allowJs, checkJs } = this.options;
    return (allowJs ?? checkJs ?? false) || this.references().length > 0;
  }

  has(file: string): boolean {
    return this.#open().analyzed.has(file);
  }

  /** The tsconfigs that this one refers to, absolute. */
  references(): readonly string[] {
    return (this.#config.projectReferences ?? []).map((reference) =>
      ts.resolveProjectReferencePath(reference),
    );
  }

  /** The sources that its analysis was made from, absolute: those of referenced projects as well. */
  files(): readonly string[] {
    const { program } = this.#open();
    const isSource = (file: ts.SourceFile) =>
      !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file);
    return program
      .getSourceFiles()
      .filter(isSource)
      .map((source) => source.fileName);
  }

  /** What Glacier finds wrong in the whole project. */
  diagnostics(): readonly Diagnostic[] {
    return this.#open().analyzed.analyze().diagnostics;
  }

  /** What stops the project from being run. Errors of syntax come alone: the others may follow from them. */
  errors(): readonly Diagnostic[] {
    const { program } = this.#open();
    if (!this.#errors) {
      const syntax = program.getSyntacticDiagnostics().map((found) => fromCompiler(ts, found, this.root));
      const found = this.diagnostics().filter(({ severity }) => severity === "error");
      this.#errors = syntax.length > 0 ? syntax : found;
    }
    return this.#errors;
  }

  /** The text of a source file, given relative to the root. */
  readonly readSource = (file: string): string | undefined =>
    this.#open().program.getSourceFile(path.resolve(this.root, file))?.text;

  /** The text that the analysis has seen; without the byte order mark. */
  textOf(file: string): string | undefined {
    return this.#open().program.getSourceFile(file)?.text;
  }

  /** The file has a call that is wired. */
  isWired(file: string): boolean {
    return this.#edits(file).length > 0;
  }

  /** The file with the wiring; undefined where it has nothing to wire. */
  wire(file: string): WiredText | undefined {
    const text = this.textOf(file);
    const edits = this.#edits(file);
    if (text === undefined || edits.length === 0) return undefined;
    const wired = new MagicString(text);
    for (const { start, end, text: inserted } of edits) {
      if (end > start) wired.remove(start, end);
      wired.appendRight(start, inserted);
    }
    const map = wired.generateMap({ source: file, includeContent: true, hires: true });
    return { code: wired.toString(), map };
  }

  /** The file that a specifier means to the compiler (`./tasks.js` may be `tasks.ts`), where it is no package's. */
  resolve(specifier: string, importer: string): string | undefined {
    this.#resolutions ??= ts.createModuleResolutionCache(this.root, (name) => name, this.options);
    const { resolvedModule: found } = ts.resolveModuleName(
      specifier,
      importer,
      this.options,
      ts.sys,
      this.#resolutions,
      undefined,
      isCommonJs(importer, this.options) ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext,
    );
    if (!found || found.isExternalLibraryImport || found.extension.startsWith(".d.")) return undefined;
    return found.resolvedFileName;
  }

  expire(): void {
    this.#isExpired = true;
  }

  #edits(file: string): readonly TextEdit[] {
    const { analyzed } = this.#open();
    const { manifest } = analyzed.analyze();
    this.#manifest ??= JSON.stringify(JSON.stringify(manifest));
    return analyzed.textEdits(file, {
      // Parsed rather than a literal, in which a name `__proto__` would be another thing.
      manifest: `/* @__PURE__ */ JSON.parse(${this.#manifest})`,
      root: JSON.stringify(pathToFileURL(`${this.root}${path.sep}`).href),
      imports: (pipeline) => schemaImports(manifest, pipeline, this.root, path.dirname(file)),
    });
  }

  #open(): { readonly program: ts.Program; readonly analyzed: ProgramProject } {
    if (!this.#program || !this.#analyzed || this.#isExpired) {
      if (this.#program) this.#config = configOf(this.#configFile);
      const before = this.#program;
      this.#program = this.#makeProgram(before);
      this.#isExpired = false;
      if (!this.#analyzed || !before || !haveSameSources(before, this.#program)) {
        this.#analyzed = new ProgramProject(ts, this.#program);
        this.#manifest = undefined;
        this.#errors = undefined;
        this.#resolutions = undefined;
      }
    }
    return { program: this.#program, analyzed: this.#analyzed };
  }

  /** What did not change is not parsed again; packages are taken not to change. */
  #makeProgram(before: ts.Program | undefined): ts.Program {
    const { options, fileNames, projectReferences } = this.#config;
    const host: ReferringHost = ts.createCompilerHost(options);
    // Nothing is built here, so sources of referenced projects stand for their declaration files, as in an editor.
    host.useSourceOfProjectReferenceRedirect = () => true;
    const { getSourceFile } = host;
    host.getSourceFile = (file, version, ...rest) => {
      const known = this.#sources.get(file);
      if (known && (file.includes("/node_modules/") || host.readFile(file) === known.text)) return known;
      const source = getSourceFile(file, version, ...rest);
      if (source) this.#sources.set(file, source);
      else this.#sources.delete(file);
      return source;
    };
    return ts.createProgram({
      rootNames: fileNames,
      options,
      host,
      ...(before && { oldProgram: before }),
      ...(projectReferences && { projectReferences }),
    });
  }
}

/** Node would load what is emitted of the file as CommonJS. */
export function isCommonJs(file: string, options: ts.CompilerOptions | undefined): boolean {
  const kind = options?.module ?? (options ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext);
  if (kind < ts.ModuleKind.Node16 || kind > ts.ModuleKind.NodeNext) return kind === ts.ModuleKind.CommonJS;
  const format = ts.getImpliedNodeFormatForFile(file, undefined, ts.sys, { ...options, module: kind });
  return format === ts.ModuleKind.CommonJS;
}

export type ReadSource = (file: string) => string | undefined;

/** Diagnostics for people, with the source lines underlined. */
export function renderAll(diagnostics: readonly Diagnostic[], readSource: ReadSource): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, { readSource })).join("\n\n");
}

/**
 * What importing a module throws where its project has errors; its stack is the place of the first one.
 * @param root what the places are relative to
 */
export function loadError(
  diagnostics: readonly Diagnostic[],
  root: string,
  readSource: ReadSource,
): GlacierError {
  const error = new GlacierError(diagnostics);
  const place = diagnostics[0]?.location;
  const frame = place ? `\n    at ${path.resolve(root, place.file)}:${place.line}:${place.column}` : "";
  // Hidden, or Node would print them once more.
  const hidden = { enumerable: false, configurable: true, writable: true };
  return Object.defineProperties(error, {
    stack: { ...hidden, value: `${error.name}: ${renderAll(diagnostics, readSource)}${frame}` },
    diagnostics: { ...hidden, value: diagnostics },
    name: { ...hidden, value: error.name },
  });
}

function haveSameSources(one: ts.Program, other: ts.Program): boolean {
  const sources = one.getSourceFiles();
  const others = other.getSourceFiles();
  return sources.length === others.length && sources.every((source, index) => source === others[index]);
}

/** @throws GlacierError GLA4008 when the tsconfig cannot be read */
function configOf(configFile: string): ts.ParsedCommandLine {
  const config = readConfig(ts, configFile);
  if (!config.ok) throw new GlacierError([config.failure], configOf);
  return config.value;
}
