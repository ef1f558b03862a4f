/** The packages and projects around a project, as their package.json files and manifests say. */
import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import type { Diagnostic, ManifestStorage, ManifestValidator } from "@glacier-ts/core";
import type { CompilerHost } from "../compiler-host.js";
import { type FoundManifest, readDependencyManifest } from "./manifest-cache.js";
import { isInside, isInstalled, NearestPackages, type PackageFolder } from "./nearest-package.js";

/** A package or project whose declarations or sources a program has. */
export interface Dependency {
  readonly kind: "package" | "project";
  /** The package's name, or the project's folder relative to ours. */
  readonly owner: string;
  /** How its manifest is called: relative to the project, or by its name in the package. */
  readonly manifestName: string;
  readonly found: FoundManifest;
}

/** What dependencies are asked of a compiler: plain data. */
export type DependencyHost = Pick<CompilerHost, "root" | "references" | "declarationFiles">;

/** Folders in node_modules behind their symbolic links, for the whole process: see `NearestPackages`. */
const installedFolders = new Map<string, string>();

export class Dependencies {
  readonly #host: DependencyHost;
  readonly #root: string;
  readonly #packages = new NearestPackages(readText);
  readonly #folders = new Map<string, string>();
  readonly #byManifest = new Map<string, Dependency>();
  #withManifest: readonly Dependency[] | undefined;
  #references: readonly { readonly root: string; readonly dependency: Dependency }[] | undefined;

  constructor(host: DependencyHost) {
    this.#host = host;
    this.#root = this.#real(host.root);
  }

  /** Every package and project around that has a manifest, those that are referenced first. */
  withManifest(): readonly Dependency[] {
    this.#withManifest ??= this.#findManifests();
    return this.#withManifest;
  }

  #findManifests(): readonly Dependency[] {
    const found = new Set(this.#referenced().map(({ dependency }) => dependency));
    const folders = new Set<string>();
    for (const file of this.#host.declarationFiles()) {
      const folder = path.dirname(file);
      // Files in one folder are of one package.
      if (folders.has(folder)) continue;
      folders.add(folder);
      const dependency = this.of(file);
      if (dependency) found.add(dependency);
    }
    return [...found].filter((dependency) => dependency.found !== undefined);
  }

  /** Where a manifest was looked for, absolute; a package that shows none has its folder here. */
  lookedFor(): readonly string[] {
    this.withManifest();
    return [...this.#byManifest.keys()];
  }

  /** What is wrong with the manifests that were found. */
  unreadable(): readonly Diagnostic[] {
    return this.withManifest().flatMap(({ found }) => (found?.ok === false ? found.failure : []));
  }

  /**
   * Who has written a declaration file.
   * @param file absolute
   * @returns undefined for one of the project's own package that is in no referenced project
   */
  of(file: string): Dependency | undefined {
    const real = this.realFile(file);
    const references = this.#referenced();
    const writer = references.find(
      ({ dependency: { found } }) => found?.ok === true && found.value.modules.has(real),
    );
    if (writer) return writer.dependency;
    const [around] = references
      .filter(({ root }) => isInside(real, root) && !path.relative(root, real).includes("node_modules"))
      .sort((a, b) => b.root.length - a.root.length);
    // A project may refer to one that is around it.
    if (around && !(isInside(real, this.#root) && isInside(this.#root, around.root)))
      return around.dependency;
    const found = this.#packageOf(real);
    return found && !isInside(this.#root, found.folder) ? this.#package(found) : undefined;
  }

  /**
   * The module of a source file as our manifest names it: relative to the root, or with the package's name before it.
   * @param file absolute; it need not exist
   */
  moduleName(file: string): string {
    const real = this.realFile(file);
    const found = this.#packageOf(real);
    return found && !isInside(this.#root, found.folder)
      ? `${found.name}:${relative(found.folder, real)}`
      : relative(this.#root, real);
  }

  /** A place in another project, `src/tasks.ts:9`, as our manifest names it. */
  declared(declared: string, root: string): string {
    const colon = declared.lastIndexOf(":");
    const file = declared.slice(0, colon);
    // It may be of a third package, and have its name.
    return file.includes(":")
      ? declared
      : `${this.moduleName(path.resolve(root, file))}${declared.slice(colon)}`;
  }

  /**
   * Where a dataset of another project lives, seen from ours: a relative path is relative to that project's folder.
   * @param root the other project's folder, absolute
   */
  storage(storage: ManifestStorage, root: string): ManifestStorage {
    const { kind, path: file, package: inPackage } = storage;
    const isOwnFile = kind === "file" && typeof file === "string" && inPackage === undefined;
    if (!isOwnFile || path.isAbsolute(file)) return storage;
    const { file: target, ...owner } = this.#place(path.resolve(this.#real(root), file), root);
    return { ...storage, ...owner, path: target };
  }

  /**
   * Where to find the schema of a dataset of another project, seen from ours.
   * @param root the other project's folder, absolute
   */
  validator({ id, file, package: inPackage }: ManifestValidator, root: string): ManifestValidator {
    const hash = id.lastIndexOf("#");
    const module = id.slice(0, hash);
    const ours = module.includes(":") ? module : this.moduleName(path.resolve(root, module));
    const place =
      file === undefined || inPackage !== undefined
        ? { ...(file !== undefined && { file }), ...(inPackage !== undefined && { package: inPackage }) }
        : this.#place(path.resolve(this.#real(root), file), root);
    return { id: ours + id.slice(hash), ...place };
  }

  /** As `validator`, of a declaration in a source file of another project: the source itself is imported. */
  sourceValidator(file: string, id: string): ManifestValidator {
    const real = this.realFile(file);
    return {
      id: this.moduleName(file) + id.slice(id.lastIndexOf("#")),
      ...this.#place(real, this.rootOfSource(file)),
    };
  }

  /** A file of another project: of an installed package, by the package's name and folder, else seen from our folder. */
  #place(file: string, root: string): { readonly package?: string; readonly file: string } {
    const found = this.#packageOf(path.join(this.#real(root), "tsconfig.json"));
    return found && isInstalled(found.folder)
      ? { package: found.name, file: relative(found.folder, file) }
      : { file: relative(this.#root, file) };
  }

  /** The folder that the paths in a source file of another project are relative to: that of its tsconfig. */
  rootOfSource(file: string): string {
    const real = this.realFile(file);
    const [reference] = this.#referenced()
      .map(({ root }) => root)
      .filter((root) => isInside(real, root))
      .sort((a, b) => b.length - a.length);
    const top = this.#packageOf(real)?.folder;
    if (reference !== undefined || top === undefined) return reference ?? path.dirname(real);
    for (let folder = path.dirname(real); isInside(folder, top); folder = path.dirname(folder)) {
      if (readText(path.join(folder, "tsconfig.json")) !== undefined) return folder;
    }
    return top;
  }

  #referenced() {
    this.#references ??= this.#host.references().map(({ root, manifestFile }) => {
      const folder = this.#real(root);
      const file = path.join(this.#real(path.dirname(manifestFile)), path.basename(manifestFile));
      const dependency = this.#dependency(file, {
        kind: "project",
        owner: relative(this.#root, folder),
        manifestName: relative(folder, file),
      });
      return { root: folder, dependency };
    });
    return this.#references;
  }

  #package({ name, manifestFile, folder }: PackageFolder): Dependency {
    const named = { kind: "package", owner: name, manifestName: "glacier.manifest.json" } as const;
    return this.#dependency(manifestFile ?? folder, named);
  }

  #dependency(file: string, named: Omit<Dependency, "found">): Dependency {
    const known = this.#byManifest.get(file);
    if (known) return known;
    const dependency = { ...named, found: readDependencyManifest(file, relative(this.#root, file)) };
    this.#byManifest.set(file, dependency);
    return dependency;
  }

  #packageOf(file: string): PackageFolder | undefined {
    return this.#packages.of(file);
  }

  /** A file behind the symbolic links of its folder. */
  realFile(file: string): string {
    return path.join(this.#real(path.dirname(file)), path.basename(file));
  }

  /** A folder behind symbolic links; of one that does not exist, as far as it does. */
  #real(folder: string): string {
    const folders = isInstalled(folder) ? installedFolders : this.#folders;
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const parent = path.dirname(folder);
    const real =
      realPath(folder) ?? (parent === folder ? folder : path.join(this.#real(parent), path.basename(folder)));
    folders.set(folder, real);
    return real;
  }
}

function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join("/");
}

function realPath(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
