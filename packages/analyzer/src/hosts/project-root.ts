import path from "node:path";
import type ts from "typescript";

/** The folder of a program's tsconfig, absolute. */
export function projectRoot(program: ts.Program): string {
  const { configFilePath } = program.getCompilerOptions();
  return typeof configFilePath === "string" ? path.dirname(configFilePath) : program.getCurrentDirectory();
}
