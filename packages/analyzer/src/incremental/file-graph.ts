/** The files of a program, what they import, and what is in them: what decides whether facts still hold. */
import type { Node, SourceFile } from "../compiler-host.js";
import type { FileOutline } from "./file-outline.js";

/** What is asked of a program. A file that has not changed is the same object. */
export interface FileDependencies {
  /** Every file of the program, declaration files as well, in a fixed order. */
  files(): readonly SourceFile[];
  /** Its absolute name. */
  name(file: SourceFile): string;
  /** The name of the file behind each import, in a fixed order; undefined for what is no file of the program. */
  imports(file: SourceFile): readonly (string | undefined)[];
  /** What the file declares is seen without an import of it. */
  isGlobal(file: SourceFile): boolean;
  /** Undefined where any change of the file counts. */
  outline(file: SourceFile): FileOutline | undefined;
  /** The calls in a file, but for those that cannot lead to core. */
  calls(file: SourceFile): readonly Node[];
  /** The compiler's options: the same object while they are the same. */
  readonly options: object;
  /** The same object while the files are the same, apart from their texts, and import the same; undefined where that is not known. */
  readonly structure: object | undefined;
}

/** One version of a file. */
export interface FileVersion {
  readonly file: SourceFile;
  readonly imports: readonly (string | undefined)[];
  readonly isGlobal: boolean;
  readonly outline: FileOutline | undefined;
}

export interface FileGraph {
  readonly options: object;
  readonly structure: object | undefined;
  /** By name, in the order of the program. */
  readonly versions: ReadonlyMap<string, FileVersion>;
}

/** The graph of the next program. What has not changed is taken from the one before. */
export function readFileGraph(dependencies: FileDependencies, before: FileGraph | undefined): FileGraph {
  const { options, structure } = dependencies;
  const isSameStructure = structure !== undefined && before?.structure === structure;
  const versions = new Map<string, FileVersion>();
  for (const file of dependencies.files()) {
    const name = dependencies.name(file);
    const known = before?.versions.get(name);
    if (known?.file === file) {
      versions.set(name, isSameStructure ? known : { ...known, imports: dependencies.imports(file) });
    } else {
      versions.set(name, {
        file,
        imports: isSameStructure && known ? known.imports : dependencies.imports(file),
        isGlobal: dependencies.isGlobal(file),
        outline: dependencies.outline(file),
      });
    }
  }
  return { options, structure, versions };
}
