import type { Diagnostic, Location } from "@glacier-ts/core";
import type { ProgramAnalysis } from "../analyze.js";
import type { CompilerHost, Node } from "../compiler-host.js";
import type { EditingHost } from "../editing-host.js";
import type { TaskFacts } from "../model.js";
import { exportedTasks } from "../places.js";

/** A change of a file: what is at a place is replaced by a text. */
export interface Edit {
  readonly at: Location;
  readonly text: string;
}

/** A declaration that a file has to import for what is written into it. */
export interface NeededImport {
  /** The file that imports, relative to the root. */
  readonly file: string;
  readonly declaration: Node;
  /** It is used as a type only. */
  readonly isType: boolean;
}

/** One way to repair what a diagnostic reports. */
export interface Fix {
  /** `exportTask`: the same for all fixes of one kind. */
  readonly name: string;
  /** What it does, for a menu. */
  readonly title: string;
  /** They do not overlap. */
  readonly edits: readonly Edit[];
  readonly imports: readonly NeededImport[];
  /** What it does when it is applied to every such diagnostic of a file; absent where that needs a decision. */
  readonly titleForAll?: string;
}

export interface FixContext {
  readonly host: CompilerHost;
  readonly editing: EditingHost;
  readonly analysis: ProgramAnalysis;
}

/** The ways to repair what a diagnostic reports, the best one first. */
export type Fixer = (diagnostic: Diagnostic, context: FixContext) => readonly Fix[];

/** All tasks of the project, those that are not exported as well. */
export function allTasks({ analysis }: FixContext): readonly TaskFacts[] {
  const unexported = analysis.files.flatMap(({ tasks }) => tasks.filter(({ id }) => id === undefined));
  return [...exportedTasks(analysis.files), ...unexported];
}

export function isSamePlace(left: Location | undefined, right: Location | undefined): boolean {
  return left?.file === right?.file && left?.start === right?.start && left?.length === right?.length;
}

/** The empty place at the end of another one. */
export function endOf(location: Location): Location {
  return { ...location, start: (location.start ?? 0) + (location.length ?? 0), length: 0 };
}

/** Types cannot be written into JavaScript. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}
