/**
 * Glacier inside of an editor, through tsserver: `{ "name": "@glacier-ts/plugin" }`. What is shown is decided in the
 * analyzer; here it is added to what TypeScript's own language service says.
 */
import type ts from "typescript";

import analyzer = require("@glacier-ts/analyzer/editor");

const fixableCodes = analyzer.EditorProject.fixableCodes.map(String);

/** Called by tsserver, once for every project. */
function createTsserverPlugin({ typescript }: { readonly typescript: typeof import("typescript") }) {
  registerFixableCodes(typescript);
  return { create: (info: ts.server.PluginCreateInfo) => decorate(typescript, info) };
}

function decorate(
  typescript: typeof import("typescript"),
  info: ts.server.PluginCreateInfo,
): ts.LanguageService {
  const base = info.languageService;
  const log = (text: string) => info.project.projectService.logger.info(text);
  const editor = new analyzer.EditorProject(typescript, () => base.getProgram(), log);
  const proxy = { ...base };
  const request = (formatOptions: ts.FormatCodeSettings, preferences: ts.UserPreferences = {}) => ({
    languageServiceHost: info.languageServiceHost,
    formatOptions,
    preferences,
  });
  /** Whether the editor shows links in documentation; it gets plain text otherwise. */
  const hasLinks = (fileName: string) =>
    info.project.projectService.getPreferences(fileName as ts.server.NormalizedPath).displayPartsForJSDoc ===
    true;

  proxy.getSemanticDiagnostics = (fileName) => [
    ...base.getSemanticDiagnostics(fileName),
    ...editor.diagnostics(fileName),
  ];
  proxy.getCompilerOptionsDiagnostics = () => [
    ...base.getCompilerOptionsDiagnostics(),
    ...editor.projectDiagnostics(),
  ];
  proxy.getQuickInfoAtPosition = (fileName, position, ...rest) => {
    const found = base.getQuickInfoAtPosition(fileName, position, ...rest);
    return editor.hover(fileName, position, found, hasLinks(fileName));
  };
  proxy.getDefinitionAndBoundSpan = (fileName, position) =>
    editor.definitions(fileName, position, base.getDefinitionAndBoundSpan(fileName, position));
  proxy.findReferences = (fileName, position) => {
    const found = base.findReferences(fileName, position);
    return found && [...found, ...editor.consumers(fileName, position)];
  };
  proxy.getCompletionsAtPosition = (fileName, position, options, ...rest) =>
    editor.completions(fileName, position, (includeSymbol) =>
      base.getCompletionsAtPosition(
        fileName,
        position,
        { ...options, ...(includeSymbol && { includeSymbol }) },
        ...rest,
      ),
    );
  proxy.getCompletionEntryDetails = (fileName, position, name, formatOptions, source, preferences, data) =>
    editor.completionDetails(
      fileName,
      position,
      { name, source },
      {
        details: () =>
          base.getCompletionEntryDetails(fileName, position, name, formatOptions, source, preferences, data),
        symbol: () => base.getCompletionEntrySymbol(fileName, position, name, source),
      },
      request(formatOptions ?? {}, preferences),
      hasLinks(fileName),
    );
  proxy.getSupportedCodeFixes = (fileName) => [
    ...new Set([...base.getSupportedCodeFixes(fileName), ...fixableCodes]),
  ];
  proxy.getCodeFixesAtPosition = (fileName, start, end, codes, formatOptions, preferences) => [
    ...base.getCodeFixesAtPosition(fileName, start, end, codes, formatOptions, preferences),
    ...editor.codeFixes(fileName, { start, end, codes }, request(formatOptions, preferences)),
  ];
  proxy.getCombinedCodeFix = (scope, fixId, formatOptions, preferences) =>
    editor.combinedCodeFix(scope.fileName, fixId, request(formatOptions, preferences)) ??
    base.getCombinedCodeFix(scope, fixId, formatOptions, preferences);
  proxy.cleanupSemanticCache = () => {
    editor.forget();
    base.cleanupSemanticCache();
  };
  proxy.dispose = () => {
    editor.forget();
    base.dispose();
  };
  return proxy;
}

const registered = new WeakSet<object>();

/**
 * VS Code asks once, for no file, which diagnostics have quick fixes, and TypeScript answers that from its own registry
 * without asking plugins. The fixes themselves come from `getCodeFixesAtPosition`.
 */
function registerFixableCodes(typescript: typeof import("typescript")): void {
  const { codefix } = typescript as unknown as {
    readonly codefix?: { registerCodeFix?(registration: object): void };
  };
  if (registered.has(typescript)) return;
  registered.add(typescript);
  codefix?.registerCodeFix?.({ errorCodes: fixableCodes.map(Number), getCodeActions: () => undefined });
}

export = createTsserverPlugin;
