/** Reads the outline of a file: what its statements declare, what they name, and what its imports stand for. */
import type ts from "typescript";
import {
  type FileOutline,
  type Link,
  placesIn,
  type Statement,
  textOutside,
} from "../incremental/file-outline.js";

type TypeScript = typeof import("typescript");

/** @param imports the specifiers of the modules that the file imports */
export function readOutline(
  typescript: TypeScript,
  file: ts.SourceFile,
  imports: readonly ts.Node[],
): FileOutline {
  const positions = new Map(imports.map((specifier, index) => [specifier, index]));
  const links: Link[] = [];
  const stars: number[] = [];
  const statements = file.statements.map((statement) => {
    const imported = linksOf(typescript, statement, positions);
    if (imported === "all") stars.push(positions.get(specifierOf(statement) as ts.Node) ?? -1);
    else links.push(...imported);
    return readStatement(typescript, file, statement, positions);
  });
  return { statements, links, stars, place: placesIn(file.text) };
}

function specifierOf(statement: ts.Statement): ts.Expression | undefined {
  return (statement as ts.ImportDeclaration | ts.ExportDeclaration).moduleSpecifier;
}

/** What the names in an import or in an export of another file's stand for. */
function linksOf(
  typescript: TypeScript,
  statement: ts.Statement,
  positions: ReadonlyMap<ts.Node, number>,
): readonly Link[] | "all" {
  const to = (
    specifier: ts.Expression,
    name: ts.ModuleExportName,
    of: string | undefined,
  ): readonly Link[] => {
    const module = positions.get(specifier);
    return module === undefined ? [] : [{ name: name.text, module, of }];
  };
  if (typescript.isImportEqualsDeclaration(statement)) {
    const { name, moduleReference } = statement;
    return typescript.isExternalModuleReference(moduleReference)
      ? to(moduleReference.expression, name, undefined)
      : [];
  }
  if (typescript.isImportDeclaration(statement)) {
    const { importClause, moduleSpecifier } = statement;
    const { name, namedBindings } = importClause ?? {};
    const whole = name ? to(moduleSpecifier, name, "default") : [];
    if (!namedBindings) return whole;
    if (typescript.isNamespaceImport(namedBindings))
      return [...whole, ...to(moduleSpecifier, namedBindings.name, undefined)];
    const named = namedBindings.elements.flatMap(({ name, propertyName }) =>
      to(moduleSpecifier, name, (propertyName ?? name).text),
    );
    return [...whole, ...named];
  }
  if (!typescript.isExportDeclaration(statement) || !statement.moduleSpecifier) return [];
  const { exportClause, moduleSpecifier } = statement;
  if (!exportClause) return "all";
  if (typescript.isNamespaceExport(exportClause)) return to(moduleSpecifier, exportClause.name, undefined);
  return exportClause.elements.flatMap(({ name, propertyName }) =>
    to(moduleSpecifier, name, (propertyName ?? name).text),
  );
}

function readStatement(
  typescript: TypeScript,
  file: ts.SourceFile,
  statement: ts.Statement,
  positions: ReadonlyMap<ts.Node, number>,
): Statement {
  const modules: number[] = [];
  const options = optionsOf(typescript, statement);
  const whole = readNames(typescript, [statement], positions, modules, true, options);
  const inner = readNames(typescript, whole.bodies, positions, modules, false);
  const inOptions = readNames(typescript, options ? [options] : [], positions, modules, false);
  const spanOf = (node: ts.Node) => ({ start: node.getStart(file), end: node.end });
  const bodies = whole.bodies.map(spanOf).sort((a, b) => a.start - b.start);
  const { text } = file;
  const span = {
    start: statement.end - text.slice(statement.pos, statement.end).trimStart().length,
    end: statement.end,
  };
  const notTyped = [...(options ? [spanOf(options)] : []), ...bodies].sort((a, b) => a.start - b.start);
  const isLink = specifierOf(statement) !== undefined;
  const names = isLink ? new Set<string>() : whole.names;
  return {
    ...span,
    source: text.slice(span.start, span.end),
    text: textOutside(text, span, bodies),
    bodies,
    options: options && spanOf(options),
    signature: textOutside(text, span, notTyped),
    declares: isLink ? [] : declaredNames(typescript, statement, names),
    names,
    namesInOptions: inOptions.names,
    namesInBodies: inner.names,
    modules: isLink ? [] : modules,
  };
}

/** The options in `const clean = task({ … }, (users: Users): CleanUsers => …)`, whatever the function's name. */
function optionsOf(typescript: TypeScript, statement: ts.Statement): ts.Node | undefined {
  const [declaration] = typescript.isVariableStatement(statement)
    ? statement.declarationList.declarations
    : [];
  const call = typescript.isExportAssignment(statement) ? statement.expression : declaration?.initializer;
  if (!call || !typescript.isCallExpression(call)) return undefined;
  const [options, run] = call.arguments;
  if (!options || !run || !typescript.isObjectLiteralExpression(options)) return undefined;
  const isWritten =
    (typescript.isArrowFunction(run) || typescript.isFunctionExpression(run)) &&
    run.type !== undefined &&
    run.parameters.every((parameter) => parameter.type);
  return isWritten ? options : undefined;
}

/**
 * The names in nodes, and the bodies that they were not looked for in: those of functions whose return types are written.
 *
 * @param modules takes up the modules that are imported in types and expressions
 */
function readNames(
  typescript: TypeScript,
  nodes: readonly ts.Node[],
  positions: ReadonlyMap<ts.Node, number>,
  modules: number[],
  withoutBodies: boolean,
  leftOut?: ts.Node,
): { readonly names: ReadonlySet<string>; readonly bodies: readonly ts.Node[] } {
  const names = new Set<string>();
  const bodies: ts.Node[] = [];
  const open = [...nodes];
  for (let at = open.pop(); at; at = open.pop()) {
    if (typescript.isIdentifier(at)) names.add(at.text);
    else if (typescript.isStringLiteralLike(at)) {
      const module = positions.get(at);
      if (module !== undefined) modules.push(module);
      // An export may have a name that is no identifier.
      if (typescript.isExportSpecifier(at.parent)) names.add(at.text);
    }
    const body =
      withoutBodies && typescript.isFunctionLike(at) && at.type
        ? (at as ts.FunctionLikeDeclaration).body
        : undefined;
    if (body) bodies.push(body);
    typescript.forEachChild(at, (child) => {
      if (child !== body && child !== leftOut) open.push(child);
    });
  }
  return { names, bodies };
}

/** A declaration declares its name; what any other statement does, such as exporting or assigning, may concern every name in it. */
function declaredNames(
  typescript: TypeScript,
  statement: ts.Statement,
  names: ReadonlySet<string>,
): readonly string[] {
  if (typescript.isVariableStatement(statement)) {
    const bound = statement.declarationList.declarations.map(({ name }) => name);
    return [...readNames(typescript, bound, new Map(), [], false).names];
  }
  if (typescript.isExportAssignment(statement)) return [...names, "default"];
  const isDeclaration =
    typescript.isFunctionDeclaration(statement) ||
    typescript.isClassDeclaration(statement) ||
    typescript.isInterfaceDeclaration(statement) ||
    typescript.isTypeAliasDeclaration(statement) ||
    typescript.isEnumDeclaration(statement) ||
    typescript.isModuleDeclaration(statement) ||
    typescript.isImportEqualsDeclaration(statement);
  if (!isDeclaration) return [...names];
  const modifiers = typescript.canHaveModifiers(statement) ? typescript.getModifiers(statement) : undefined;
  const isDefault = modifiers?.some(({ kind }) => kind === typescript.SyntaxKind.DefaultKeyword);
  return [...(statement.name ? [statement.name.text] : []), ...(isDefault ? ["default"] : [])];
}
