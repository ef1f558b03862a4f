/**
 * Glacier inside of an editor, through tsserver: `{ "name": "@glacier-ts/plugin" }`. What is shown is decided in the
 * analyzer; here it is added to what TypeScript's own language service says.
 */
import type ts from "typescript";

import analyzer = require("@glacier-ts/analyzer/editor");

/** Called by tsserver, once for every project. */
function createTsserverPlugin({ typescript }: { readonly typescript: typeof import("typescript") }) {
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
    const text = found && editor.documentation(fileName, found.textSpan.start);
    if (text === undefined) return found;
    const before = found?.documentation ?? [];
    const separator = before.length > 0 ? "\n\n" : "";
    return {
      ...found,
      documentation: [...before, { kind: "text", text: `${separator}${text}` }],
    } as ts.QuickInfo;
  };
  proxy.getDefinitionAndBoundSpan = (fileName, position) => {
    const found = base.getDefinitionAndBoundSpan(fileName, position);
    if (!found) return found;
    const producers = editor.producers(fileName, found.textSpan.start);
    return { ...found, definitions: [...(found.definitions ?? []), ...producers] };
  };
  proxy.findReferences = (fileName, position) => {
    const found = base.findReferences(fileName, position);
    return found && [...found, ...editor.consumers(fileName, position)];
  };
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

export = createTsserverPlugin;
