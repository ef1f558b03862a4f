import path from "node:path";

/** A package as its package.json says. */
export interface PackageFolder {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  /** The manifest that it shows to others, absolute; undefined where its `exports` leave it out. */
  readonly manifestFile: string | undefined;
}

/**
 * By folder, for the whole process: an editor asks with every key that is pressed, and installed packages stay where
 * they are. What is outside of node_modules is looked for anew by each instance.
 */
const installed = new Map<string, PackageFolder | undefined>();

/** The packages that files belong to. */
export class NearestPackages {
  readonly #readFile: (fileName: string) => string | undefined;
  readonly #found = new Map<string, PackageFolder | undefined>();

  constructor(readFile: (fileName: string) => string | undefined) {
    this.#readFile = readFile;
  }

  /** The package of the nearest package.json above a file that has a name in it. */
  of(fileName: string): PackageFolder | undefined {
    const folders: string[] = [];
    let found: PackageFolder | undefined;
    for (let folder = path.dirname(fileName); ; folder = path.dirname(folder)) {
      const known = this.#known(folder);
      if (known.has(folder)) {
        found = known.get(folder);
        break;
      }
      folders.push(folder);
      found = readPackage(folder, this.#readFile(path.join(folder, "package.json")));
      if (found || folder === path.dirname(folder)) break;
    }
    for (const folder of folders) this.#known(folder).set(folder, found);
    return found;
  }

  #known(folder: string): Map<string, PackageFolder | undefined> {
    return isInstalled(folder) ? installed : this.#found;
  }
}

/** Whether a path is inside of a folder that package managers write. */
export function isInstalled(fileName: string): boolean {
  return /[\\/]node_modules[\\/]/.test(fileName);
}

function readPackage(folder: string, text: string | undefined): PackageFolder | undefined {
  if (text === undefined) return undefined;
  try {
    const { name, exports } = JSON.parse(text) as { name?: unknown; exports?: unknown };
    if (typeof name !== "string") return undefined;
    const shown = exports === undefined || exports === null ? manifestName : exportedManifest(exports);
    return { folder, name, manifestFile: shown === undefined ? undefined : path.join(folder, shown) };
  } catch {
    return undefined;
  }
}

/** The name under which packages show their manifest. */
export const manifestName = "glacier.manifest.json";

/** What `"./glacier.manifest.json"` in a package's exports leads to; of several conditions, the first one. */
function exportedManifest(exports: unknown): string | undefined {
  let target: unknown = (exports as Readonly<Record<string, unknown>>)[`./${manifestName}`];
  while (typeof target === "object" && target !== null) [target] = Object.values(target);
  return typeof target === "string" ? target : undefined;
}

/** Whether a path is a folder or something in it; both absolute. */
export function isInside(fileName: string, folder: string): boolean {
  const inner = path.relative(folder, fileName);
  return inner !== ".." && !inner.startsWith(`..${path.sep}`) && !path.isAbsolute(inner);
}
