import path from "node:path";
import type ts from "typescript";
import type { NeededImport } from "../fixes/fix.js";
import { newLineOf } from "../fixes/new-names.js";
import type { AnalyzedProgram } from "./analyzed-program.js";
import { exportedSymbol } from "./typescript6-editing.js";

/** What an editor gives with a request, as TypeScript's own fixes take it. */
export interface EditorRequest {
  readonly languageServiceHost: ts.LanguageServiceHost;
  readonly formatOptions: ts.FormatCodeSettings;
  readonly preferences: ts.UserPreferences;
}

/** What TypeScript's own fixes write imports with, but its public types do not have. */
interface FixingTypeScript {
  readonly codefix: {
    createImportAdder(
      file: ts.SourceFile,
      program: ts.Program,
      preferences: ts.UserPreferences,
      host: ts.LanguageServiceHost,
    ): {
      addImportFromExportedSymbol(symbol: ts.Symbol, isValidTypeOnlyUseSite: boolean): void;
      writeFixes(changes: unknown): void;
    };
  };
  readonly formatting: {
    getFormatContext(options: ts.FormatCodeSettings, host: ts.LanguageServiceHost): unknown;
  };
  readonly textChanges: {
    readonly ChangeTracker: {
      with(context: object, write: (changes: unknown) => void): readonly ts.FileTextChanges[];
    };
  };
}

/**
 * The imports that a fix needs, as TypeScript writes them: into an import that is there already, with the module
 * specifiers and quotes of the project, for types where the project wants that.
 */
export function importEdits(
  { ts, program, root }: AnalyzedProgram,
  needed: readonly NeededImport[],
  { languageServiceHost: host, formatOptions, preferences }: EditorRequest,
): readonly ts.FileTextChanges[] {
  const { codefix, formatting, textChanges } = ts as unknown as FixingTypeScript;
  const checker = program.getTypeChecker();
  return [...new Set(needed.map(({ file }) => file))].flatMap((name) => {
    const file = program.getSourceFile(path.resolve(root, name));
    if (!file) return [];
    const newLineCharacter = newLineOf(file.text);
    const formatContext = formatting.getFormatContext({ ...formatOptions, newLineCharacter }, host);
    const adder = codefix.createImportAdder(file, program, preferences, host);
    for (const { declaration, isType } of needed.filter((one) => one.file === name)) {
      const symbol = exportedSymbol(ts, checker, declaration as unknown as ts.Node);
      if (symbol) adder.addImportFromExportedSymbol(symbol, isType);
    }
    return textChanges.ChangeTracker.with({ host, formatContext, preferences }, (changes) =>
      adder.writeFixes(changes),
    );
  });
}
