/** Where the types of core take the name of a dataset. */
import ts from "typescript";
import { NearestPackages } from "../../dependencies/nearest-package.js";

/** Types whose first type argument is the name of a dataset. */
const named = new Set(["Dataset", "DatasetMark", "DatasetDeclaration", "RunOptions"]);

const keepingKeys = new Set(["Pick", "Omit", "Partial", "Required", "Readonly"]);

export class CoreTypes {
  readonly #checker: ts.TypeChecker;
  readonly #packages = new NearestPackages(ts.sys.readFile);

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  isInCore(declaration: ts.Node | undefined): boolean {
    if (!declaration) return false;
    const { fileName, isDeclarationFile } = declaration.getSourceFile();
    return isDeclarationFile && this.#packages.of(fileName)?.name === "@glacier-ts/core";
  }

  /** Whether a type argument of a declaration is the name of a dataset. */
  isNameArgument(declaration: ts.Declaration, index: number): boolean {
    const name = ts.getNameOfDeclaration(declaration)?.getText() ?? "";
    return index === 0 && named.has(name) && this.isInCore(declaration);
  }

  /** Whether an argument of a function of core is the name of a dataset. */
  isNameValue(declaration: ts.Declaration, index: number): boolean {
    const name = ts.getNameOfDeclaration(declaration)?.getText();
    return index === 0 && name === "dataset" && this.isInCore(declaration);
  }

  /** Whether a property of a type is `keep` of a run's options: a list of names. */
  isKeep(type: ts.Type | undefined, property: string): boolean {
    const found = property === "keep" ? type?.getProperty("keep") : undefined;
    return this.isInCore(found?.declarations?.[0]);
  }

  /** Whether the keys of a type are names of datasets: what a run returns. */
  isKeyedByName(type: ts.Type | undefined): boolean {
    if (!type) return false;
    if (type.isUnionOrIntersection()) return type.types.some((member) => this.isKeyedByName(member));
    // `Pick<…>`, `Partial<…>` and the like keep the keys.
    const [picked] = type.aliasTypeArguments ?? [];
    if (picked && keepingKeys.has(type.aliasSymbol?.name ?? "") && this.isKeyedByName(picked)) return true;
    const declarations = [...(type.aliasSymbol?.declarations ?? []), ...(type.symbol?.declarations ?? [])];
    return declarations.some((declaration) => {
      const alias = ts.findAncestor(declaration, ts.isTypeAliasDeclaration);
      return alias?.name.text === "DatasetValues" && this.isInCore(alias);
    });
  }

  /** The declarations that a type's or value's name leads to, behind imports. */
  declarationsOf(name: ts.Node): readonly ts.Declaration[] {
    const isShorthand = ts.isShorthandPropertyAssignment(name.parent);
    const symbol = isShorthand
      ? this.#checker.getShorthandAssignmentValueSymbol(name.parent)
      : this.#checker.getSymbolAtLocation(name);
    const target =
      symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return target?.declarations ?? [];
  }
}
