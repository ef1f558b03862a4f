/**
 * A file without the bodies of its functions. Where the return type of a function is written, nothing outside of its
 * body depends on what is in it: an edit there changes where declarations are, and nothing that they mean.
 */
import type { Location } from "@glacier-ts/core";
import { lineAndColumn } from "../hosts/source-text.js";

export interface FileOutline {
  /** The text outside of the bodies, with a mark where each was. */
  readonly text: string;
  /** The outermost bodies of functions whose return types are written, in the order of the source. */
  readonly bodies: readonly Body[];
  /** Line and column, both 1-based, of an offset. */
  readonly place: (offset: number) => { readonly line: number; readonly column: number };
}

/** UTF-16 offsets; `end` is behind the last character. */
export interface Body {
  readonly start: number;
  readonly end: number;
}

/** The outline of a text. It keeps the text, and nothing of the compiler's. */
export function outlineOf(text: string, bodies: readonly Body[]): FileOutline {
  const starts = [0, ...bodies.map(({ end }) => end)];
  const ends = [...bodies.map(({ start }) => start), text.length];
  const outside = starts.map((start, index) => text.slice(start, ends[index]));
  const file = { text };
  return { text: outside.join("\0"), bodies, place: (offset) => lineAndColumn(file, offset) };
}

/** Whether an offset is in a body. */
export function isInBody({ bodies }: FileOutline, offset: number): boolean {
  const next = bodies[bodiesBefore(bodies, offset)];
  return next !== undefined && next.start <= offset;
}

/** Where a location outside of the bodies is in a later version of the file that has the same outline. */
export function moveLocation(location: Location, before: FileOutline, after: FileOutline): Location {
  const { start, length } = location;
  if (start === undefined || length === undefined) return location;
  const moved = moveOffset(start, before, after);
  const end = moveOffset(start + length, before, after);
  return { file: location.file, ...after.place(moved), start: moved, length: end - moved };
}

function moveOffset(offset: number, before: FileOutline, after: FileOutline): number {
  const index = bodiesBefore(before.bodies, offset) - 1;
  const distance = (after.bodies[index]?.end ?? 0) - (before.bodies[index]?.end ?? 0);
  return offset + distance;
}

/** How many bodies end at an offset or before it. */
function bodiesBefore(bodies: readonly Body[], offset: number): number {
  let low = 0;
  let high = bodies.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bodies[middle]?.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
