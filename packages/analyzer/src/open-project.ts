import { statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import type ts from "typescript";
import { fromCompiler } from "./hosts/compiler-diagnostic.js";
import { findTypescript7, testedTypescript7, typescriptVersion } from "./hosts/find-typescript.js";
import { manifestOption } from "./hosts/manifest-option.js";
import { outputFile } from "./hosts/output-file.js";
import { ProgramProject } from "./hosts/program-project.js";
import { readConfig } from "./hosts/read-config.js";
import { outputOptions } from "./hosts/typescript6-options.js";
import { Typescript7Process } from "./hosts/typescript7-project.js";
import type { Project } from "./project.js";

/** A major version of TypeScript. */
export type Compiler = 6 | 7;

export interface OpenOptions {
  /** By default 7 where the project's own `typescript` is that, else 6. */
  readonly compiler?: Compiler | undefined;
}

/**
 * Opens a project with an installed TypeScript.
 *
 * @param at a tsconfig, or a folder that has a `tsconfig.json`
 * @returns the project; GLA4008 when its tsconfig cannot be read, GLA4031 when there is no such TypeScript
 */
export function openProject(at: string, options: OpenOptions = {}): Result<Project, Diagnostic> {
  const configFile = path.resolve(isFolder(at) ? path.join(at, "tsconfig.json") : at);
  const own = typescriptVersion(path.dirname(configFile));
  const compiler = options.compiler ?? (own?.startsWith("7.") ? 7 : 6);
  return compiler === 7 ? openProject7(configFile, own) : openProject6(configFile, own);
}

function openProject7(configFile: string, own: string | undefined): Result<Project, Diagnostic> {
  const installed = findTypescript7(path.dirname(configFile));
  if (!installed) return fail(compilerMissing(7, configFile, own));
  const compiler = new Typescript7Process(installed);
  try {
    const [opened] = compiler.openProjects([configFile]);
    if (!opened) throw new Error("Internal error: no project was opened");
    if (!opened.ok) compiler.close();
    return opened;
  } catch (error) {
    compiler.close();
    throw error;
  }
}

function openProject6(configFile: string, own: string | undefined): Result<Project, Diagnostic> {
  const typescript = loadTypescript6();
  if (!typescript) return fail(compilerMissing(6, configFile, own));
  const config = readConfig(typescript, configFile);
  if (!config.ok) return config;
  const parsed = config.value;
  const program = typescript.createProgram({
    rootNames: parsed.fileNames,
    options: parsed.options,
    ...(parsed.projectReferences && { projectReferences: parsed.projectReferences }),
  });
  return succeed(projectOf(typescript, program, configFile, manifestOption(parsed.options.plugins)));
}

function projectOf(
  ts: typeof import("typescript"),
  program: ts.Program,
  configFile: string,
  manifest: string | undefined,
): Project {
  const project = new ProgramProject(ts, program, manifest === undefined ? {} : { manifest });
  const { root } = project;
  return {
    root,
    configFile,
    manifestFile: project.manifestFile,
    analyze: () => project.analyze(),
    typeErrors: () =>
      [
        ...program.getConfigFileParsingDiagnostics(),
        ...program.getOptionsDiagnostics(),
        ...program.getSyntacticDiagnostics(),
        ...program.getGlobalDiagnostics(),
        ...program.getSemanticDiagnostics(),
      ].map((diagnostic) => fromCompiler(ts, diagnostic, root)),
    emit: () => {
      if (program.getCompilerOptions().noEmit) return [];
      const written: string[] = [];
      const write: ts.WriteFileCallback = (file, text, hasByteOrderMark) => {
        ts.sys.writeFile(file, text, hasByteOrderMark);
        written.push(path.resolve(file));
      };
      project.writeManifest();
      program.emit(undefined, write, undefined, false, { before: [project.transformer()] });
      return [...written, project.manifestFile];
    },
    outputFile: (module) => {
      const { otherModules } = project.analyze();
      const isOther = otherModules.has(module);
      const file = isOther ? otherModules.get(module) : path.resolve(root, module);
      const source = file === undefined ? undefined : program.getSourceFile(file);
      // JavaScript, or a source that a package has in place of JavaScript: it is not compiled here.
      if (isOther && (!source || program.isSourceFileFromExternalLibrary(source))) return file;
      const isEmitted = source && !source.isDeclarationFile && !program.getCompilerOptions().noEmit;
      return isEmitted ? outputFile(source.fileName, outputOptions(ts, program)) : undefined;
    },
    inputs: () => [
      ...program.getSourceFiles().map(({ fileName }) => path.resolve(fileName)),
      ...project.analyze().otherManifests,
    ],
    readSource: (file) => program.getSourceFile(path.resolve(root, file))?.text,
    close: () => {},
  };
}

/** It takes long to load, and is not needed beside TypeScript 7. Undefined where there is none. */
function loadTypescript6(): typeof import("typescript") | undefined {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  if (!typescriptVersion(folder)?.startsWith("6.")) return undefined;
  return createRequire(import.meta.url)("typescript");
}

const installCommands: Readonly<Record<Compiler, string>> = {
  6: "npm install --save-dev typescript@6",
  // Both have a `tsc`: it stays that of the other version.
  7: `npm install --save-dev --no-bin-links typescript7@npm:typescript@${testedTypescript7}`,
};

/** @param found the version that is installed instead */
function compilerMissing(compiler: Compiler, configFile: string, found: string | undefined): Diagnostic {
  const install = installCommands[compiler];
  return report("compilerMissing", { compiler, project: configFile, found, install });
}

function isFolder(at: string): boolean {
  return statSync(at, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
