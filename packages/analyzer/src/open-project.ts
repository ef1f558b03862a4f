import { existsSync, statSync } from "node:fs";
import path from "node:path";
import {
  type Diagnostic,
  fail,
  type Location,
  type Result,
  report,
  type Severity,
  succeed,
} from "@glacier-ts/core";
import ts from "typescript";
import { outputFile } from "./hosts/output-file.js";
import { ProgramProject } from "./hosts/program-project.js";
import { lineAndColumn } from "./hosts/source-text.js";
import type { Project } from "./project.js";

/**
 * Opens a project with the installed TypeScript.
 *
 * @param at a tsconfig, or a folder that has a `tsconfig.json`
 * @returns the project, or GLA4008 when its tsconfig cannot be read
 */
export function openProject(at: string): Result<Project, Diagnostic> {
  const configFile = path.resolve(isFolder(at) ? path.join(at, "tsconfig.json") : at);
  const unreadable = (why: string) => fail(report("projectUnreadable", { file: configFile, why }));
  if (!existsSync(configFile)) return unreadable("there is no such file.");

  let fatal: ts.Diagnostic | undefined;
  const parsed = ts.getParsedCommandLineOfConfigFile(configFile, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      fatal = diagnostic;
    },
  });
  const problem = fatal ?? parsed?.errors.find((error) => error.category === ts.DiagnosticCategory.Error);
  if (!parsed || problem) return unreadable(problem ? messageOf(problem) : "it is no tsconfig.");

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
      ].map((diagnostic) => fromCompiler(diagnostic, root)),
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

function fromCompiler(diagnostic: ts.Diagnostic, root: string): Diagnostic {
  const location = locationOf(diagnostic, root);
  const severity: Severity = diagnostic.category === ts.DiagnosticCategory.Error ? "error" : "warning";
  return {
    code: `TS${diagnostic.code}`,
    severity,
    message: messageOf(diagnostic),
    ...(location && { location }),
    related: (diagnostic.relatedInformation ?? []).map((item) => {
      const related = locationOf(item, root);
      return { message: messageOf(item), ...(related && { location: related }) };
    }),
  };
}

function locationOf(
  { file, start, length }: ts.DiagnosticRelatedInformation,
  root: string,
): Location | undefined {
  if (!file || start === undefined || length === undefined) return undefined;
  const relative = path.relative(root, file.fileName).split(path.sep).join("/");
  return { file: relative, ...lineAndColumn(file, start), start, length };
}

function messageOf({ messageText }: ts.DiagnosticRelatedInformation): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}

function isFolder(at: string): boolean {
  return statSync(at, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
