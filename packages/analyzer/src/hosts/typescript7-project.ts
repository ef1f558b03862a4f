/** The process of TypeScript 7, and the projects that are open in it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type Diagnostic, fail, type Result, renderManifest, report, succeed } from "@glacier-ts/core";
import type ts from "typescript";
import type { API, Project as CompilerProject, EmitOutput, EmitOutputFile } from "typescript7/sync";
import { analyze, type ProgramAnalysis } from "../analyze.js";
import { manifestName } from "../dependencies/nearest-package.js";
import type { Project } from "../project.js";
import type { InstalledTypescript7 } from "./find-typescript.js";
import { manifestOption } from "./manifest-option.js";
import { type OutputOptions, outputFile } from "./output-file.js";
import { replaceFile } from "./program-project.js";
import { type EditedText, restoreSource } from "./source-map.js";
import { type ProjectSurroundings, typescript7Host } from "./typescript7.js";
import { type Answers, answersOf, type Typescript7 } from "./typescript7-answers.js";
import { fromTypescript7, isError, textOf } from "./typescript7-diagnostic.js";
import { type Ask, askOf, compilerError } from "./typescript7-question.js";
import { typescript7SyntaxApi } from "./typescript7-syntax.js";
import { wireText } from "./wired-text.js";

export { findTypescript7 } from "./find-typescript.js";

/**
 * The compiler as a process of its own. It ends with `close`, and with this process; when it ends before, what is asked
 * of it throws an internal error.
 */
export class Typescript7Process {
  readonly modules: Typescript7;
  readonly #api: API;
  readonly #name: string;

  constructor(installed: InstalledTypescript7) {
    this.#name = installed.name;
    this.modules = installed.load();
    this.#api = new this.modules.sync.API();
  }

  /** Sends requests in few messages. */
  get ask(): Ask {
    return askOf(this.#api, this.#name);
  }

  /** @returns the projects of tsconfigs, GLA4008 for those that cannot be read */
  openProjects(configFiles: readonly string[]): readonly Result<Project, Diagnostic>[] {
    const existing = configFiles.filter((configFile) => existsSync(configFile));
    const opened = this.snapshot(existing, new Map());
    return configFiles.map((configFile) => {
      const unreadable = (why: string) => fail(report("projectUnreadable", { file: configFile, why }));
      const project = opened.get(configFile);
      if (!project) return unreadable("there is no such file.");
      const problems = this.run(() => project.program.getConfigFileParsingDiagnostics());
      // The first one in the file: what has no place mostly follows from it.
      const place = ({ fileName, pos }: (typeof problems)[number]) =>
        fileName === undefined ? Infinity : pos;
      const [problem] = problems.filter(isError).sort((a, b) => Math.sign(place(a) - place(b)) || 0);
      if (problem) return unreadable(textOf(problem));
      return succeed(new Typescript7Project(this, project, configFile));
    });
  }

  /**
   * Opens projects of tsconfigs.
   * @param texts of files that are not to be read from disk, by absolute path
   */
  snapshot(
    configFiles: readonly string[],
    texts: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, CompilerProject> {
    return this.run(() => {
      const fileSystem = this.modules.fs.createFileSystemLayer([...texts]);
      const snapshot = this.#api.createSnapshot({
        openProjects: configFiles,
        ...(texts.size > 0 && { fileSystem }),
      });
      const projects = configFiles.map((file) => [file, snapshot.getConfiguredProject(file)] as const);
      return new Map(projects.flatMap(([file, project]) => (project ? [[file, project] as const] : [])));
    });
  }

  /** The content of a tsconfig, without what it extends. */
  readConfig(configFile: string): unknown {
    return this.run(() => this.#api.readConfigFile(configFile).config);
  }

  /** The projects that tsconfigs lead to, by themselves or through others, each once. */
  references(configFiles: readonly string[]): ProjectSurroundings["references"] {
    const found = new Map<string, ProjectSurroundings["references"][number]>();
    const open = configFiles.map(tsconfigOf);
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const configFile = next;
      if (found.has(configFile) || !existsSync(configFile)) continue;
      const {
        fileNames,
        options,
        projectReferences = [],
      } = this.run(() => this.#api.parseConfigFile(configFile));
      const manifestFile = this.manifestFile(configFile, options.plugins !== undefined);
      found.set(configFile, { root: path.dirname(configFile), manifestFile, fileNames });
      open.push(...projectReferences.map((reference) => tsconfigOf(reference.path)));
    }
    return [...found.values()];
  }

  /**
   * Where the manifest of a project is written, absolute.
   * @param hasPlugins the compiler itself keeps no more of plugins than that there are any
   */
  manifestFile(configFile: string, hasPlugins: boolean): string {
    const folder = path.dirname(configFile);
    const option = hasPlugins ? manifestOption(this.#plugins(configFile, new Set())) : undefined;
    return path.resolve(folder, option ?? manifestName);
  }

  /** The plugins of a tsconfig, or of the last one that it extends and that lists some. */
  #plugins(configFile: string, seen: Set<string>): unknown {
    if (seen.has(configFile) || !existsSync(configFile)) return undefined;
    seen.add(configFile);
    const config = this.readConfig(configFile) as ConfigText | undefined;
    if (config?.compilerOptions?.plugins) return config.compilerOptions.plugins;
    const extended = [config?.extends ?? []].flat();
    const require = createRequire(configFile);
    for (const name of extended.toReversed()) {
      const plugins = this.#plugins(resolveConfig(require, name), seen);
      if (plugins) return plugins;
    }
    return undefined;
  }

  /** @throws internal error when the compiler cannot answer */
  run<T>(question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw compilerError(this.#name, error);
    }
  }

  close(): void {
    try {
      this.#api.close();
    } catch {
      // It has ended already.
    }
  }
}

interface ConfigText {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: { readonly plugins?: unknown };
}

/** A reference names a tsconfig, or the folder of one. */
function tsconfigOf(reference: string): string {
  return reference.endsWith(".json") ? reference : path.join(reference, "tsconfig.json");
}

/** The tsconfig that another one extends: a path from there, or in a package. */
function resolveConfig(require: NodeJS.Require, name: string): string {
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return require.resolve(candidate);
    } catch {
      // The next one, then.
    }
  }
  return "";
}

class Typescript7Project implements Project {
  readonly configFile: string;
  readonly root: string;
  readonly manifestFile: string;
  readonly #compiler: Typescript7Process;
  readonly #project: CompilerProject;
  readonly #answers: Answers;
  readonly #options: CompilerProject["parsedCommandLine"]["options"];
  #analysis: ProgramAnalysis | undefined;
  #isClosed = false;

  constructor(compiler: Typescript7Process, project: CompilerProject, configFile: string) {
    this.configFile = configFile;
    this.root = path.dirname(configFile);
    this.#compiler = compiler;
    this.#project = project;
    this.#answers = answersOf(compiler.modules, project, compiler.ask, (question) => compiler.run(question));
    this.#options = project.parsedCommandLine.options;
    this.manifestFile = compiler.manifestFile(configFile, this.#options.plugins !== undefined);
  }

  analyze(): ProgramAnalysis {
    this.#analysis ??= analyze(
      typescript7Host(
        this.#compiler.modules,
        this.#project,
        this.#answers,
        this.#compiler.ask,
        this.#surroundings(),
      ),
    );
    return this.#analysis;
  }

  typeErrors(): readonly Diagnostic[] {
    const { program } = this.#project;
    return this.#compiler
      .run(() => [
        ...program.getConfigFileParsingDiagnostics(),
        ...program.getProgramDiagnostics(),
        ...program.getSyntacticDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...program.getSemanticDiagnostics(),
      ])
      .map((diagnostic) => fromTypescript7(diagnostic, this.root));
  }

  emit(): readonly string[] {
    const { noEmit, emitDeclarationOnly, declaration, composite } = this.#options;
    if (noEmit) return [];
    const { manifest, diagnostics } = this.analyze();
    if (!diagnostics.some(({ severity }) => severity === "error")) {
      replaceFile(this.manifestFile, renderManifest(manifest));
    }
    const files = this.#sourceFiles();
    const outputs = [
      ...(emitDeclarationOnly ? [] : this.#emitJavaScript(files)),
      ...(declaration || composite ? this.#emitDeclarations(files) : []),
    ];
    for (const [file, text] of outputs) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return [...outputs.map(([file]) => path.resolve(file)), this.manifestFile];
  }

  outputFile(module: string): string | undefined {
    const { otherModules } = this.analyze();
    const isOther = otherModules.has(module);
    const file = isOther ? otherModules.get(module) : path.resolve(this.root, module);
    const isSource = file !== undefined && this.#sourceFiles().includes(file);
    // JavaScript, or a source that a package has in place of JavaScript: it is not compiled here.
    if (isOther && !isSource) return file;
    return isSource && !this.#options.noEmit ? this.#outputFile(file) : undefined;
  }

  inputs(): readonly string[] {
    const fileNames = this.#answers.fileNames.of(this.#project.program);
    return [...fileNames.map((fileName) => path.resolve(fileName)), ...this.analyze().otherManifests];
  }

  readSource(file: string): string | undefined {
    const fileName = path.resolve(this.root, file);
    const source = this.#isClosed ? undefined : this.#answers.sourceFile(fileName);
    return source?.text ?? readText(fileName);
  }

  close(): void {
    this.#isClosed = true;
    this.#compiler.close();
  }

  /** JavaScript and source maps, by absolute path. */
  #emitJavaScript(files: readonly string[]): readonly (readonly [string, string])[] {
    const wired = this.#wiredTexts();
    const texts = new Map([...wired].map(([file, { text }]) => [file, text]));
    const project = this.#compiler.snapshot([this.configFile], texts).get(this.configFile);
    const output = this.#compiler.run(() => project?.program.getJavaScriptEmit(files));
    return filesOf(output).map(([file, { text, sourceFileName }]) => {
      const changed = sourceFileName === undefined ? undefined : wired.get(sourceFileName);
      return [file, changed ? restoreSource(text, changed) : text];
    });
  }

  #emitDeclarations(files: readonly string[]): readonly (readonly [string, string])[] {
    const output = this.#compiler.run(() => this.#project.program.getDeclarationEmit(files));
    return filesOf(output).map(([file, { text }]) => [file, text]);
  }

  #wiredTexts(): ReadonlyMap<string, EditedText> {
    const api = typescript7SyntaxApi(this.#compiler.modules.ast);
    const { root, manifestFile } = this;
    const paths = { root, manifestFile, outputFile: (fileName: string) => this.#outputFile(fileName) };
    const texts = new Map<string, EditedText>();
    for (const facts of this.analyze().files) {
      const fileName = path.resolve(root, facts.file);
      const source = facts.calls.length > 0 ? this.#answers.sourceFile(fileName) : undefined;
      if (!source) continue;
      const isCommonJs = this.#emitsCommonJs(fileName);
      texts.set(fileName, wireText(api, source as unknown as ts.SourceFile, facts, isCommonJs, paths));
    }
    return texts;
  }

  #emitsCommonJs(fileName: string): boolean {
    const { ModuleKind } = this.#compiler.modules.sync;
    const { module } = this.#options;
    const isNode = module !== undefined && module >= ModuleKind.Node16 && module <= ModuleKind.NodeNext;
    const format = isNode ? this.#answers.metadata.of(fileName)?.impliedNodeFormat : module;
    return format === ModuleKind.CommonJS;
  }

  #sourceFiles(): readonly string[] {
    return this.analyze().files.map(({ file }) => path.resolve(this.root, file));
  }

  #outputFile(fileName: string): string {
    return outputFile(fileName, this.#output());
  }

  #output(): OutputOptions {
    const { outDir, rootDir, declarationDir, declaration, composite, emitDeclarationOnly, noEmit, jsx } =
      this.#options;
    return {
      root: this.root,
      outDir,
      rootDir,
      declarationDir,
      declaration: declaration ?? composite ?? false,
      emitDeclarationOnly: emitDeclarationOnly ?? false,
      noEmit: noEmit ?? false,
      keepsJsx: jsx === this.#compiler.modules.sync.JsxEmit.Preserve,
    };
  }

  #surroundings(): ProjectSurroundings {
    const { fileNames, projectReferences = [] } = this.#project.parsedCommandLine;
    return {
      root: this.root,
      manifestFile: this.manifestFile,
      output: this.#output(),
      rootFiles: fileNames,
      references: this.#compiler.references(projectReferences.map(({ path }) => path)),
    };
  }
}

function filesOf(output: EmitOutput | undefined): readonly (readonly [string, EmitOutputFile])[] {
  return [...(output?.outputFiles ?? [])];
}

function readText(fileName: string): string | undefined {
  return existsSync(fileName) ? readFileSync(fileName, "utf8") : undefined;
}
