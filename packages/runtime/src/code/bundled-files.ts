/** The files that tasks are bundled from: how they are found, read and remembered. */
import { isBuiltin } from "node:module";
import path from "node:path";
import type { Loader, Metafile, OnLoadResult, OnResolveResult } from "esbuild";
import { type CodeFile, contentHash, readFile } from "./code-cache.js";
import { corePackage, type InstalledPackages, packageName } from "./installed-packages.js";
import { withoutOptions } from "./without-options.js";

interface FileContent {
  readonly hash: string;
  /** What is imported for its side effects only. */
  readonly bareImports: ReadonlySet<string>;
}

/** The files of one build. */
export class BundledFiles {
  readonly #root: string;
  readonly #installed: InstalledPackages;
  readonly #contents = new Map<string, FileContent>();

  /** @param root the project's folder, absolute, behind symbolic links */
  constructor(root: string, installed: InstalledPackages) {
    this.#root = root;
    this.#installed = installed;
  }

  /** What leads out of the project; undefined for what does not. */
  resolve(specifier: string, importer: string): OnResolveResult | undefined {
    const name = packageName(specifier);
    const isOutside = () => this.#installed.find(path.dirname(importer), name)?.isInstalled ?? false;
    if (name !== corePackage && !isBuiltin(specifier) && !isOutside()) return undefined;
    // A package that only other tasks of the module use is none of this one.
    const sideEffects = this.#contents.get(importer)?.bareImports.has(specifier) ?? false;
    return { path: specifier, external: true, sideEffects };
  }

  load(file: string): OnLoadResult | undefined {
    const content = readFile(file);
    if (!content) return undefined;
    const hash = contentHash(content);
    const loader = loaders[path.extname(file)];
    const text = loader ? new TextDecoder().decode(content) : "";
    this.#contents.set(file, { hash, bareImports: bareImports(text) });
    return loader ? { contents: withoutOptions(text), loader } : { contents: hash, loader: "text" };
  }

  /** What is to be remembered of the files, as in `CodeCache`. */
  remember({ inputs }: Metafile): ReadonlyMap<string, CodeFile> {
    const files = new Map<string, CodeFile>();
    for (const [input, { imports }] of Object.entries(inputs)) {
      const file = path.resolve(this.#root, fileOf(input));
      const content = this.#contents.get(file);
      if (!content) continue;
      const folder = path.dirname(file);
      const scope = this.#installed.scope(folder);
      const names = packageNames(imports.map(({ original, path }) => original ?? path));
      const packages = names.map((name) => [name, this.#installed.find(folder, name)?.identity ?? ""]);
      const inside = imports.filter(({ external }) => !external).map((imported) => fileOf(imported.path));
      // Files that are not there, which the code can do without.
      const missing = imports
        .filter((imported) => imported.external && imported.path.startsWith("."))
        .map((imported) => relative(this.#root, path.resolve(folder, imported.path)));
      for (const gone of missing) files.set(gone, { hash: "", imports: [], packages: {}, scope });
      files.set(fileOf(input), {
        hash: content.hash,
        imports: [...inside, ...missing],
        packages: Object.fromEntries(packages),
        scope,
      });
    }
    return files;
  }
}

/** By extension; of other files, the hash of their content is what counts. */
const loaders: Readonly<Record<string, Loader>> = {
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".json": "json",
};

/** Such a text in a comment or a string does no harm. */
function bareImports(text: string): ReadonlySet<string> {
  const found = text.matchAll(/\bimport\s*["']([^"'\n]+)["']/g);
  return new Set(Array.from(found, ([, specifier = ""]) => specifier));
}

/** The packages among specifiers, other than core. */
export function packageNames(specifiers: readonly string[]): readonly string[] {
  return specifiers
    .filter((specifier) => /^[@\w](?!\w*:)/.test(specifier) && !isBuiltin(specifier))
    .map(packageName)
    .filter((name) => name !== corePackage);
}

/** The file of an input; esbuild adds import attributes to some. */
function fileOf(input: string): string {
  return input.replace(/ with \{.*\}$/, "");
}

export function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join("/");
}
