/**
 * A file as its top-level statements, without the bodies of functions. Where the return type of a function is written,
 * nothing outside of its body depends on what is in it. What else a statement means follows from its text and from what
 * the names in it mean.
 */
import type { Location } from "@glacier-ts/core";
import { lineAndColumn } from "../hosts/source-text.js";

export interface FileOutline {
  /** In the order of the source. */
  readonly statements: readonly Statement[];
  /** Names that stand for what another file exports. */
  readonly links: readonly Link[];
  /** The modules that everything is exported from, by their positions among the file's imports. */
  readonly stars: readonly number[];
  /** Line and column, both 1-based, of an offset. */
  readonly place: (offset: number) => { readonly line: number; readonly column: number };
}

export interface Statement extends Span {
  /** Its text, with the comments before it. */
  readonly source: string;
  /** The text outside of the bodies, with a mark where each was. */
  readonly text: string;
  /** The outermost bodies of functions whose return types are written, in the order of the source. */
  readonly bodies: readonly Span[];
  /** The options of a task whose types are all written; its datasets do not depend on what is in them. */
  readonly options: Span | undefined;
  /** The text outside of the bodies and of the options. */
  readonly signature: string;
  /** The names that it has a part in the meaning of; exported ones are among those of the file. */
  readonly declares: readonly string[];
  /** The names outside of the bodies and of the options. */
  readonly names: ReadonlySet<string>;
  readonly namesInOptions: ReadonlySet<string>;
  readonly namesInBodies: ReadonlySet<string>;
  /** The modules in types and expressions, such as `import("./users.js")`, by their positions among the file's imports. */
  readonly modules: readonly number[];
}

export interface Link {
  readonly name: string;
  /** The module's position among the file's imports. */
  readonly module: number;
  /** What the module exports it as; undefined for the module as a whole. */
  readonly of: string | undefined;
}

/** UTF-16 offsets; `end` is behind the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text outside of spans, with a mark where each was. It keeps the text, and nothing of the compiler's. */
export function textOutside(text: string, { start, end }: Span, spans: readonly Span[]): string {
  const starts = [start, ...spans.map((span) => span.end)];
  const ends = [...spans.map((span) => span.start), end];
  return starts.map((from, index) => text.slice(from, ends[index])).join("\0");
}

export function placesIn(text: string): FileOutline["place"] {
  const file = { text };
  return (offset) => lineAndColumn(file, offset);
}

/** The position of the last span that starts at an offset or before it; -1 where there is none. */
export function spanAt(spans: readonly Span[], offset: number): number {
  let low = -1;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((spans[middle] as Span).start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Two versions of a file: its first and last statements are the same in both, apart from what is in bodies. */
export interface Alignment {
  readonly before: FileOutline;
  readonly after: FileOutline;
  readonly first: number;
  readonly last: number;
}

export function align(before: FileOutline, after: FileOutline): Alignment {
  const [old, fresh] = [before.statements, after.statements];
  const most = Math.min(old.length, fresh.length);
  const isSame = (one: Statement | undefined, other: Statement | undefined) => one?.text === other?.text;
  let first = 0;
  while (first < most && isSame(old[first], fresh[first])) first++;
  let last = 0;
  while (last < most - first && isSame(old.at(-1 - last), fresh.at(-1 - last))) last++;
  return { before, after, first, last };
}

/** The statements between those that are the same. */
export function changedStatements({ before, after, first, last }: Alignment): {
  readonly removed: readonly Statement[];
  readonly added: readonly Statement[];
} {
  const between = ({ statements }: FileOutline) => statements.slice(first, statements.length - last);
  return { removed: between(before), added: between(after) };
}

/** Which statement of the version before a statement is; undefined for one that is not in it. */
export function indexBefore({ before, after, first, last }: Alignment, index: number): number | undefined {
  if (index < first) return index;
  const fromEnd = after.statements.length - index;
  return fromEnd <= last ? before.statements.length - fromEnd : undefined;
}

/**
 * As `indexBefore`; for a changed statement also the one that it most likely was: where as many were there, the one at
 * its place.
 */
export function likelyIndexBefore(alignment: Alignment, index: number): number | undefined {
  const isAsMany = alignment.before.statements.length === alignment.after.statements.length;
  return isAsMany ? index : indexBefore(alignment, index);
}

function indexAfter({ before, after, ...same }: Alignment, index: number): number | undefined {
  return indexBefore({ before: after, after: before, ...same }, index);
}

/** Where a location outside of bodies is in the version after; undefined in a statement that is not in it. */
export function moveLocation(location: Location, alignment: Alignment): Location | undefined {
  const { start, length } = location;
  if (start === undefined || length === undefined) return location;
  const { before, after } = alignment;
  const index = spanAt(before.statements, start);
  const [old, fresh] = [before.statements[index], after.statements[indexAfter(alignment, index) ?? -1]];
  if (!old || !fresh || start + length > old.end) return undefined;
  const moved = moveOffset(start, old, fresh);
  const place = after.place(moved);
  if (moved === start && place.line === location.line && place.column === location.column) return location;
  return {
    file: location.file,
    ...place,
    start: moved,
    length: moveOffset(start + length, old, fresh) - moved,
  };
}

function moveOffset(offset: number, before: Statement, after: Statement): number {
  const body = before.bodies.findLastIndex(({ end }) => end <= offset);
  const [old, fresh] = [before.bodies[body]?.end ?? before.start, after.bodies[body]?.end ?? after.start];
  return offset - old + fresh;
}
