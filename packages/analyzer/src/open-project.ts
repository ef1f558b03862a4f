import { statSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, type Result, succeed } from "@glacier-ts/core";
import ts from "typescript";
import { fromCompiler } from "./hosts/compiler-diagnostic.js";
import { outputFile } from "./hosts/output-file.js";
import { ProgramProject } from "./hosts/program-project.js";
import { readConfig } from "./hosts/read-config.js";
import type { Project } from "./project.js";

/**
 * Opens a project with the installed TypeScript.
 *
 * @param at a tsconfig, or a folder that has a `tsconfig.json`
 * @returns the project, or GLA4008 when its tsconfig cannot be read
 */
export function openProject(at: string): Result<Project, Diagnostic> {
  const configFile = path.resolve(isFolder(at) ? path.join(at, "tsconfig.json") : at);
  const config = readConfig(ts, configFile);
  if (!config.ok) return config;
  const parsed = config.value;
  const program = ts.createProgram({
    rootNames: parsed.fileNames,
    options: parsed.options,
    ...(parsed.projectReferences && { projectReferences: parsed.projectReferences }),
  });
  return succeed(projectOf(program, configFile, manifestOption(parsed.options)));
}

function projectOf(program: ts.Program, configFile: string, manifest: string | undefined): Project {
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
    outputFile: (sourceFile) => {
      if (program.getCompilerOptions().noEmit) return undefined;
      const source = program.getSourceFile(path.resolve(root, sourceFile));
      return source && !source.isDeclarationFile ? outputFile(ts, program, source.fileName) : undefined;
    },
    readSource: (file) => program.getSourceFile(path.resolve(root, file))?.text,
  };
}

/** Option `manifest` of the Glacier plugin in the tsconfig. */
function manifestOption(options: ts.CompilerOptions): string | undefined {
  const plugins = (options.plugins ?? []) as readonly {
    transform?: string;
    name?: string;
    manifest?: unknown;
  }[];
  const plugin = plugins.find(({ transform, name }) => (transform ?? name)?.startsWith("@glacier-ts/plugin"));
  return typeof plugin?.manifest === "string" ? plugin.manifest : undefined;
}

function isFolder(at: string): boolean {
  return statSync(at, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
