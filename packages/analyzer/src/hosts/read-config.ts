import { type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import type ts from "typescript";

/** Reads a tsconfig; GLA4008 when it is missing or wrong. */
export function readConfig(
  typescript: typeof import("typescript"),
  configFile: string,
): Result<ts.ParsedCommandLine, Diagnostic> {
  const unreadable = (why: string) => fail(report("projectUnreadable", { file: configFile, why }));
  if (!typescript.sys.fileExists(configFile)) return unreadable("there is no such file.");
  let fatal: ts.Diagnostic | undefined;
  const parsed = typescript.getParsedCommandLineOfConfigFile(configFile, undefined, {
    ...typescript.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      fatal = diagnostic;
    },
  });
  const isError = ({ category }: ts.Diagnostic) => category === typescript.DiagnosticCategory.Error;
  const problem = fatal ?? parsed?.errors.find(isError);
  if (parsed && !problem) return succeed(parsed);
  const why = problem && typescript.flattenDiagnosticMessageText(problem.messageText, "\n");
  return unreadable(why ?? "it is no tsconfig.");
}
