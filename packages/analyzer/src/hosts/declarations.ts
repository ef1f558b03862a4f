/** Describes declarations by their syntax and by what their modules export: the same for every compiler. */
import path from "node:path";
import type ts from "typescript";
import type { Declaration, Node } from "../compiler-host.js";
import type { Syntax, SyntaxApi } from "./syntax.js";

/** What the syntax does not tell. */
export interface DeclarationQuestions {
  relative(fileName: string): string;
  fileNameOf(source: ts.SourceFile): string;
  originOf(declaration: ts.Node): Declaration["origin"];
  /** What a file exports by name, and the declarations behind it. */
  exportsOf(source: ts.SourceFile): readonly ModuleExport[];
}

interface ModuleExport {
  readonly name: string;
  readonly declarations: readonly ts.Node[];
}

const handle = (node: ts.Node) => node as unknown as Node;

export function declarationsOf(
  ts: SyntaxApi,
  { bare, literalName }: Syntax,
  { relative, fileNameOf, originOf, exportsOf }: DeclarationQuestions,
) {
  /** Names under which modules export declarations, by declaration. */
  const exportNames = new Map<ts.SourceFile, ReadonlyMap<ts.Node, string>>();
  const exportNameOf = (declaration: ts.Node): string | undefined => {
    const source = declaration.getSourceFile();
    let names = exportNames.get(source);
    if (!names) {
      names = namesByDeclaration(exportsOf(source));
      exportNames.set(source, names);
    }
    return names.get(declaration);
  };

  const hasModifier = (at: ts.Node, kind: ts.SyntaxKind) =>
    ts.canHaveModifiers(at) && (ts.getModifiers(at)?.some((modifier) => modifier.kind === kind) ?? false);

  /** How the module exports a declaration: by itself, or in exported namespaces (`Sales.clean`). */
  const exportPathOf = (declaration: ts.Node): string | undefined => {
    const own = exportNameOf(declaration);
    if (own !== undefined) return own;
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const name = ts.getNameOfDeclaration(declaration as ts.Declaration);
    const block = statement.parent;
    const isInNamespace =
      ts.isModuleDeclaration(block) ||
      (ts.isModuleBlock(block) && hasModifier(statement, ts.SyntaxKind.ExportKeyword));
    if (!isInNamespace || !name || !ts.isIdentifier(name)) return undefined;
    const namespace = exportPathOf(ts.isModuleBlock(block) ? block.parent : block);
    return namespace === undefined ? undefined : `${namespace}.${name.text}`;
  };

  /** The object literal or class that has the declaration as a member, and how that is exported. */
  const ownerPath = (member: ts.Node): string | undefined => {
    const holder = member.parent;
    if (ts.isClassLike(holder) && !hasModifier(member, ts.SyntaxKind.StaticKeyword)) return undefined;
    if (ts.isClassDeclaration(holder)) return exportPathOf(holder);
    // In a declaration file, the type of a constant says what its value holds.
    const isOfType = ts.isTypeLiteralNode(holder) && "type" in holder.parent && holder.parent.type === holder;
    return (isOfType ? describe(holder.parent) : declarationOfValue(holder))?.exportPath;
  };

  const describe = (at: ts.Node): Declaration | undefined => {
    const source = at.getSourceFile();
    const sourceName = fileNameOf(source);
    const common = { node: handle(at), file: relative(sourceName), origin: originOf(at) };
    const fileName = path.basename(sourceName).replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
    if (ts.isSourceFile(at) || (ts.isModuleDeclaration(at) && ts.isIdentifier(at.name))) {
      const name = ts.isSourceFile(at) ? fileName : at.name.text;
      return { ...common, kind: "module", name, exportPath: undefined, initializer: undefined };
    }
    if (ts.isVariableDeclaration(at)) {
      const isConst = (at.parent.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
      const initializer = isConst && at.initializer ? handle(at.initializer) : undefined;
      const written = ts.isIdentifier(at.name) ? at.name.text : "";
      const exportPath = isConst ? exportPathOf(at) : undefined;
      // Declaration files have a constant for a default export that has no name.
      const isUnnamed = source.isDeclarationFile && written === "_default" && exportPath === "default";
      const name = isUnnamed ? fileName : written;
      return { ...common, kind: "variable", name, exportPath, initializer };
    }
    if (ts.isFunctionDeclaration(at)) {
      const name = at.name?.text ?? fileName;
      return { ...common, kind: "function", name, exportPath: exportPathOf(at), initializer: undefined };
    }
    if (ts.isExportAssignment(at)) {
      const initializer = handle(at.expression);
      return { ...common, kind: "default-export", name: fileName, exportPath: exportNameOf(at), initializer };
    }
    if (
      ts.isPropertyAssignment(at) ||
      ts.isShorthandPropertyAssignment(at) ||
      ts.isPropertyDeclaration(at) ||
      ts.isMethodDeclaration(at) ||
      (source.isDeclarationFile && (ts.isPropertySignature(at) || ts.isMethodSignature(at)))
    ) {
      const name = literalName(at.name);
      const owner = ownerPath(at);
      const isFound = owner !== undefined && name !== undefined && /^[^.#]+$/.test(name);
      const exportPath = isFound ? `${owner}.${name}` : undefined;
      const value = ts.isShorthandPropertyAssignment(at)
        ? at.name
        : ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at)
          ? at.initializer
          : undefined;
      return {
        ...common,
        kind: "property",
        name: name ?? at.name.getText(source),
        exportPath,
        initializer: value ? handle(value) : undefined,
      };
    }
    const name = literalName(ts.getNameOfDeclaration(at as ts.Declaration)) ?? "";
    return { ...common, kind: "other", name, exportPath: undefined, initializer: undefined };
  };

  function declarationOfValue(value: ts.Node): Declaration | undefined {
    let outer = value;
    while (outer.parent && bare(outer.parent) === bare(value)) outer = outer.parent;
    const { parent } = outer;
    const isValue =
      ((ts.isVariableDeclaration(parent) ||
        ts.isPropertyAssignment(parent) ||
        ts.isPropertyDeclaration(parent)) &&
        parent.initializer === outer) ||
      (ts.isShorthandPropertyAssignment(parent) && parent.name === outer);
    return isValue || ts.isExportAssignment(parent) ? describe(parent) : undefined;
  }

  return { describe, declarationOfValue };
}

/**
 * A declaration that goes by several names has the first one in the alphabet, `default` only for want of another.
 * `export =` is what an ES module imports as the default. A name with a dot would be no name in an id.
 */
function namesByDeclaration(exported: readonly ModuleExport[]): ReadonlyMap<ts.Node, string> {
  const names = new Map<ts.Node, string>();
  for (const { name: exportedName, declarations } of exported) {
    const name = exportedName === "export=" ? "default" : exportedName;
    if (/[.#]/.test(name)) continue;
    for (const declaration of declarations) {
      const before = names.get(declaration);
      const isBetter = before === undefined || before === "default" || name < before;
      if (isBetter && !(before !== undefined && name === "default")) names.set(declaration, name);
    }
  }
  return names;
}
