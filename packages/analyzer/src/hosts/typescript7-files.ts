/** The files of a program of TypeScript 7: their names, whose they are, and where in them something is. */
import { readFileSync } from "node:fs";
import type { Location } from "@glacier-ts/core";
import type ts from "typescript";
import type { NodeHandle, Program } from "typescript7/sync";
import type { Origin } from "../compiler-host.js";
import { FileOrigins, type ProjectFiles } from "./file-origins.js";
import { relativeTo } from "./project-path.js";
import { remember } from "./remember.js";
import { lineAndColumn } from "./source-text.js";
import type { Answers } from "./typescript7-answers.js";

export type ProgramFiles = ReturnType<typeof programFiles>;

/** @param project which of the files are the project's own */
export function programFiles(program: Program, answers: Answers, project: Omit<ProjectFiles, "readFile">) {
  const relative = relativeTo(project.root);

  // Handles name files by keys that are lower case where the file system does not tell cases apart.
  const fileNames = answers.fileNames.of(program);
  const nameByKey = new Map(fileNames.flatMap((name) => [[name.toLowerCase(), name] as const, [name, name]]));
  const fileNameOf = ({ path }: NodeHandle): string => nameByKey.get(path) ?? path;

  const origins = new FileOrigins({ ...project, readFile: readText });
  const originOfFile = remember((fileName: string): Origin => {
    const metadata = answers.metadata.of(fileName);
    return origins.of({
      fileName,
      isDeclarationFile: isDeclarationFile(fileName),
      isLibrary: metadata?.isDefaultLibrary ?? false,
      isFromPackage: metadata?.isFromExternalLibrary ?? false,
    });
  });

  // A tree is bytes, and its strings are made anew each time.
  const fileNameOfSource = remember((source: ts.SourceFile) => source.fileName);
  const originOf = (declaration: ts.Node) => originOfFile(fileNameOfSource(declaration.getSourceFile()));

  const locationOf = (at: ts.Node): Location => {
    const source = at.getSourceFile();
    const start = at.getStart(source);
    return {
      file: relative(fileNameOfSource(source)),
      ...lineAndColumn(source, start),
      start,
      length: at.end - start,
    };
  };

  return { fileNames, relative, fileNameOf, fileNameOfSource, originOfFile, originOf, locationOf };
}

export function isDeclarationFile(fileName: string): boolean {
  return /\.d\.(?:[^/]*\.)?[cm]?ts$/.test(fileName);
}

function readText(fileName: string): string | undefined {
  try {
    return readFileSync(fileName, "utf8");
  } catch {
    return undefined;
  }
}
