/** The packages that files import, as package.json files say. */
import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** The package that is Glacier's own: what it does around a task is not the task's code. */
export const corePackage = "@glacier-ts/core";

/** A package that a name leads to. */
export interface FoundPackage {
  /** Whether it was installed, or is a package of the workspace that is linked. */
  readonly isInstalled: boolean;
  /**
   * What it is, in a word: `pg@8.1.0+2f3a…` with a digest of everything that it depends on, `lodash@4.17.21` where that is
   * nothing, `link:../sales` for a package of the workspace.
   */
  readonly identity: string;
}

interface Package {
  /** Behind symbolic links. */
  readonly folder: string;
  readonly id: string;
  /** Names of the packages that it may import. */
  readonly dependencies: readonly string[];
}

/** The packages of a project while nothing is installed: each is read once. */
export class InstalledPackages {
  readonly #root: string;
  readonly #byFolder = new Map<string, Package | undefined>();
  readonly #identities = new Map<Package, string>();
  readonly #scopes = new Map<string, string>();

  /** @param root the project's folder, absolute, behind symbolic links */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * The package that a file in `folder` gets by a name.
   * @returns undefined where there is none
   */
  find(folder: string, name: string): FoundPackage | undefined {
    const found = this.#find(folder, name);
    if (!found) return undefined;
    return isInstalled(found.folder)
      ? { isInstalled: true, identity: this.#identity(found) }
      : { isInstalled: false, identity: `link:${relative(this.#root, found.folder)}` };
  }

  /** The package.json files that were found, absolute. */
  files(): readonly string[] {
    return [...this.#byFolder.values()].flatMap((found) =>
      found ? path.join(found.folder, "package.json") : [],
    );
  }

  /** The nearest package.json above files of a folder, and its content: it says what kind of modules they are. */
  scope(folder: string): string {
    const known = this.#scopes.get(folder);
    if (known !== undefined) return known;
    const text = readText(path.join(folder, "package.json"));
    const parent = path.dirname(folder);
    let scope = "";
    if (text !== undefined) scope = `${relative(this.#root, folder)}#${digest(text)}`;
    else if (parent !== folder) scope = this.scope(parent);
    this.#scopes.set(folder, scope);
    return scope;
  }

  #find(folder: string, name: string): Package | undefined {
    for (let at = folder; ; at = path.dirname(at)) {
      const found =
        path.basename(at) === "node_modules" ? undefined : this.#at(path.join(at, "node_modules", name));
      if (found || at === path.dirname(at)) return found;
    }
  }

  #at(folder: string): Package | undefined {
    if (!this.#byFolder.has(folder)) this.#byFolder.set(folder, readPackage(folder));
    return this.#byFolder.get(folder);
  }

  #identity(found: Package): string {
    const known = this.#identities.get(found);
    if (known !== undefined) return known;
    const ids = new Set<string>();
    const reached = new Set([found.folder]);
    const open = [found];
    for (const { folder, dependencies } of open) {
      for (const name of dependencies) {
        const dependency = this.#find(folder, name);
        if (!dependency || name === corePackage || reached.has(dependency.folder)) continue;
        reached.add(dependency.folder);
        ids.add(dependency.id);
        open.push(dependency);
      }
    }
    const identity = ids.size === 0 ? found.id : `${found.id}+${digest([...ids].sort().join())}`;
    this.#identities.set(found, identity);
    return identity;
  }
}

/** `@acme/sales` of `@acme/sales/tasks.js`. */
export function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function readPackage(linked: string): Package | undefined {
  try {
    const text = readFileSync(path.join(linked, "package.json"), "utf8");
    const { name, version, dependencies, optionalDependencies, peerDependencies } = JSON.parse(text);
    return {
      folder: realpathSync(linked),
      id: `${name}@${version}`,
      dependencies: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
    };
  } catch {
    // There is none, or it cannot be read; Node will say so when it is imported.
    return undefined;
  }
}

function isInstalled(folder: string): boolean {
  return /[\\/]node_modules[\\/]/.test(folder);
}

function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join("/");
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
