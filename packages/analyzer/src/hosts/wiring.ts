/** Writes what the analyzer knows of a file into its JavaScript, through TypeScript's own transformers. */
import path from "node:path";
import type ts from "typescript";
import type { Node } from "../compiler-host.js";
import type { CallSite, FileFacts, Wiring } from "../model.js";

/** What the wiring of a program needs to know. */
export interface WiringOptions {
  readonly files: readonly FileFacts[];
  /** The project's folder, absolute. */
  readonly root: string;
  /** Absolute. */
  readonly manifestFile: string;
  /** Where the JavaScript of a source file is written, absolute. */
  readonly outputFile: (source: ts.SourceFile) => string;
}

/**
 * Makes the transformer.
 *
 * - `task(options, run)` and `check(name, run)` get `{ id }`, so that a stale build is noticed.
 * - `pipeline({ … })` gets `{ id, manifest, root }`, and its module an import of the manifest.
 * - Calls of core are marked `@__PURE__`: a bundler that needs one task can leave the others out.
 */
export function wiringTransformer(
  ts: typeof import("typescript"),
  program: ts.Program,
  { files, root, manifestFile, outputFile }: WiringOptions,
): ts.TransformerFactory<ts.SourceFile> {
  const sites = new Map<Node, CallSite>(
    files.flatMap((file) => file.calls.map((site) => [site.node, site] as const)),
  );
  const wiredFiles = new Set(files.filter((file) => file.calls.length > 0).map((file) => file.file));

  // Only what has a call in it is visited.
  const leadsToSite = new Set<ts.Node>();
  for (const site of sites.keys()) {
    for (let at = site as unknown as ts.Node; at && !leadsToSite.has(at); at = at.parent) leadsToSite.add(at);
  }

  return (context) => (source) => {
    const original = ts.getOriginalNode(source, ts.isSourceFile) ?? source;
    if (!wiredFiles.has(path.relative(root, original.fileName).split(path.sep).join("/"))) return source;
    const { factory } = context;
    const isCommonJs = emitsCommonJs(ts, program, original);
    const from = path.dirname(outputFile(original));
    const manifestPath = specifier(from, manifestFile);
    const rootPath = `${specifier(from, root)}/`;
    let manifestName: ts.Identifier | undefined;

    const property = (name: string, value: ts.Expression) => factory.createPropertyAssignment(name, value);
    const call = (name: string, argument: string) =>
      factory.createCallExpression(factory.createIdentifier(name), undefined, [
        factory.createStringLiteral(argument),
      ]);

    const manifest = (): ts.Expression => {
      if (isCommonJs) return call("require", manifestPath);
      manifestName ??= factory.createUniqueName("glacierManifest");
      return manifestName;
    };
    const projectRoot = (): ts.Expression => {
      if (isCommonJs) {
        const folder = factory.createStringLiteral(`/${rootPath}`);
        return factory.createBinaryExpression(
          factory.createIdentifier("__dirname"),
          ts.SyntaxKind.PlusToken,
          folder,
        );
      }
      const meta = factory.createMetaProperty(ts.SyntaxKind.ImportKeyword, factory.createIdentifier("meta"));
      const base = factory.createPropertyAccessExpression(meta, "url");
      const url = factory.createNewExpression(factory.createIdentifier("URL"), undefined, [
        factory.createStringLiteral(rootPath),
        base,
      ]);
      return factory.createPropertyAccessExpression(url, "href");
    };
    const wiring = ({ kind, id }: Wiring): ts.Expression => {
      const idProperty = property("id", factory.createStringLiteral(id));
      if (kind === "task") return factory.createObjectLiteralExpression([idProperty]);
      return factory.createObjectLiteralExpression([
        idProperty,
        property("manifest", manifest()),
        property("root", projectRoot()),
      ]);
    };

    const visit = (node: ts.Node): ts.Node => {
      if (!leadsToSite.has(ts.getOriginalNode(node))) return node;
      const visited = ts.visitEachChild(node, visit, context);
      const site = sites.get(ts.getOriginalNode(node) as unknown as Node);
      if (!site || !ts.isCallExpression(visited)) return visited;
      const given = visited.arguments.slice(0, site.wiring?.position);
      const updated = site.wiring
        ? factory.updateCallExpression(visited, visited.expression, visited.typeArguments, [
            ...given,
            wiring(site.wiring),
          ])
        : visited;
      if (beginsChain(ts, ts.getOriginalNode(node))) return updated;
      return ts.addSyntheticLeadingComment(updated, ts.SyntaxKind.MultiLineCommentTrivia, " @__PURE__ ");
    };
    const wired = ts.visitEachChild(source, visit, context);
    if (!manifestName) return wired;
    const importManifest = factory.createImportDeclaration(
      undefined,
      factory.createImportClause(undefined, manifestName, undefined),
      factory.createStringLiteral(manifestPath),
      factory.createImportAttributes(
        factory.createNodeArray([
          factory.createImportAttribute(
            factory.createIdentifier("type"),
            factory.createStringLiteral("json"),
          ),
        ]),
      ),
    );
    // After the imports, so that what the file begins with stays at its beginning.
    const imports = wired.statements.findLastIndex(ts.isImportDeclaration) + 1;
    return factory.updateSourceFile(wired, wired.statements.toSpliced(imports, 0, importManifest));
  };
}

/** Whether a comment before the call would be about another one: the `run()` of `pipeline({ … }).run()`. */
function beginsChain(ts: typeof import("typescript"), call: ts.Node): boolean {
  const { parent } = call;
  const isAccess = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent);
  return (isAccess || ts.isCallExpression(parent)) && parent.expression === call;
}

function emitsCommonJs(ts: typeof import("typescript"), program: ts.Program, source: ts.SourceFile): boolean {
  const { module } = program.getCompilerOptions();
  const isNode = module !== undefined && module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext;
  const format = isNode ? source.impliedNodeFormat : module;
  // Without the option, the compiler writes ES modules.
  return format === ts.ModuleKind.CommonJS;
}

/** A module specifier from a folder to a file: relative, with `/`. */
export function specifier(from: string, to: string): string {
  const relative = path.relative(from, to).split(path.sep).join("/");
  return relative.startsWith(".") ? relative : `./${relative}`;
}
