/** Describes declarations by their syntax and by what their modules export: the same for every compiler. */
import path from "node:path";
import type ts from "typescript";
import type { Declaration, Node } from "../compiler-host.js";
import type { Syntax, SyntaxApi } from "./syntax.js";

/** What the syntax does not tell. */
export interface DeclarationQuestions {
  relative(fileName: string): string;
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
  { relative, originOf, exportsOf }: DeclarationQuestions,
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

  /** The object literal or class that has the declaration as a member, and how that is exported. */
  const ownerPath = (member: ts.Node): string | undefined => {
    const holder = member.parent;
    if (ts.isClassDeclaration(holder)) {
      const isStatic = ts.canHaveModifiers(member)
        ? ts.getModifiers(member)?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword)
        : false;
      return isStatic ? exportNameOf(holder) : undefined;
    }
    const declaration = declarationOfValue(holder);
    return declaration?.exportPath;
  };

  const describe = (at: ts.Node): Declaration | undefined => {
    const source = at.getSourceFile();
    const common = { node: handle(at), file: relative(source.fileName), origin: originOf(at) };
    const fileName = path.basename(source.fileName).replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
    if (ts.isSourceFile(at)) {
      return { ...common, kind: "module", name: fileName, exportPath: undefined, initializer: undefined };
    }
    if (ts.isVariableDeclaration(at)) {
      const isConst = (at.parent.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
      const initializer = isConst && at.initializer ? handle(at.initializer) : undefined;
      const name = ts.isIdentifier(at.name) ? at.name.text : "";
      const exportPath = isConst ? exportNameOf(at) : undefined;
      return { ...common, kind: "variable", name, exportPath, initializer };
    }
    if (ts.isFunctionDeclaration(at)) {
      const name = at.name?.text ?? fileName;
      return { ...common, kind: "function", name, exportPath: exportNameOf(at), initializer: undefined };
    }
    if (ts.isExportAssignment(at)) {
      const initializer = handle(at.expression);
      return { ...common, kind: "default-export", name: fileName, exportPath: exportNameOf(at), initializer };
    }
    if (ts.isPropertyAssignment(at) || ts.isPropertyDeclaration(at) || ts.isMethodDeclaration(at)) {
      const name = literalName(at.name) ?? "";
      const owner = ownerPath(at);
      const exportPath = owner === undefined || name === "" ? undefined : `${owner}.${name}`;
      const value = ts.isMethodDeclaration(at) ? undefined : at.initializer;
      return {
        ...common,
        kind: "property",
        name,
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
      (ts.isVariableDeclaration(parent) ||
        ts.isPropertyAssignment(parent) ||
        ts.isPropertyDeclaration(parent)) &&
      parent.initializer === outer;
    return isValue || ts.isExportAssignment(parent) ? describe(parent) : undefined;
  }

  return { describe, declarationOfValue };
}

/** A declaration that goes by several names has the first one in the alphabet, `default` only for want of another. */
function namesByDeclaration(exported: readonly ModuleExport[]): ReadonlyMap<ts.Node, string> {
  const names = new Map<ts.Node, string>();
  for (const { name, declarations } of exported) {
    for (const declaration of declarations) {
      const before = names.get(declaration);
      const isBetter = before === undefined || before === "default" || name < before;
      if (isBetter && !(before !== undefined && name === "default")) names.set(declaration, name);
    }
  }
  return names;
}
