import type { Origin } from "../compiler-host.js";
import { isInside, NearestPackages } from "../dependencies/nearest-package.js";

/** What a compiler knows of a file. */
export interface FileKind {
  /** Absolute. */
  readonly fileName: string;
  readonly isDeclarationFile: boolean;
  /** It is part of TypeScript's own library. */
  readonly isLibrary: boolean;
  /** It was found in a package. */
  readonly isFromPackage: boolean;
}

export interface ProjectFiles {
  /** The project's folder, absolute. */
  readonly root: string;
  /** The files that the tsconfig includes, absolute. */
  readonly rootFiles: readonly string[];
  /** The files that the tsconfigs of referenced projects include, absolute. */
  readonly referencedFiles: readonly string[];
  readonly readFile: (fileName: string) => string | undefined;
}

/**
 * Whose the files of a program are. A source of another project can be part of a program, too: an editor shows those of
 * referenced projects in place of their declaration files, and packages of a workspace may show their sources.
 */
export class FileOrigins {
  readonly #files: ProjectFiles;
  readonly #rootFiles: ReadonlySet<string>;
  readonly #referencedFiles: ReadonlySet<string>;
  readonly #packages: NearestPackages;
  readonly #origins = new Map<string, Origin>();

  constructor(files: ProjectFiles) {
    this.#files = files;
    this.#packages = new NearestPackages(files.readFile);
    this.#rootFiles = new Set(files.rootFiles);
    this.#referencedFiles = new Set(files.referencedFiles);
  }

  of(file: FileKind): Origin {
    const known = this.#origins.get(file.fileName);
    if (known) return known;
    const origin = this.#decide(file);
    this.#origins.set(file.fileName, origin);
    return origin;
  }

  #decide({ fileName, isDeclarationFile, isLibrary, isFromPackage }: FileKind): Origin {
    if (isLibrary) return "lib";
    if (!isDeclarationFile && !isFromPackage) {
      if (this.#rootFiles.has(fileName)) return "project";
      if (!this.#referencedFiles.has(fileName) && this.#isOfOurPackage(fileName)) return "project";
    }
    return this.#packages.of(fileName)?.name === "@glacier-ts/core" ? "core" : "other";
  }

  /** A file that the project imports without including it: ours, unless it is in a package beside or below. */
  #isOfOurPackage(fileName: string): boolean {
    const found = this.#packages.of(fileName);
    return found === undefined || isInside(this.#files.root, found.folder);
  }
}
