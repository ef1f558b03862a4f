/** Lines between two layers: which net runs in which row. */
import type { Net } from "./lanes.js";
import type { Placement } from "./positions.js";

/** A horizontal run with the vertical lines that meet it; a line straight down has no width. */
interface Run {
  /** The net that it belongs to. */
  readonly net: Net;
  /** Row, from 0 below the upper layer. */
  readonly track: number;
  /** Its first and last column. */
  readonly left: number;
  readonly right: number;
  /** Columns of lines that come down from the upper layer. */
  readonly tops: readonly number[];
  /** Columns of lines that go down to the lower layer. */
  readonly bottoms: readonly number[];
  /** Where a net bends twice: the column of the line from its upper run down to its lower one. */
  readonly link?: { readonly column: number; readonly toTrack: number };
}

export interface Channel {
  readonly runs: readonly Run[];
  /** Rows that the runs take. */
  readonly height: number;
}

interface Part {
  readonly net: Net;
  readonly tops: readonly number[];
  readonly bottoms: readonly number[];
  readonly left: number;
  readonly right: number;
  /** The column where a net that had to be split continues in another part. */
  readonly joint?: number;
  readonly isUpper?: boolean;
}

/**
 * Gives each net a row, or two where nets would otherwise have to be both above and below one another.
 *
 * Where one net comes down in a column in which another one goes on down, the first has to run above the second: then
 * nets meet in crossings only, each passing straight through.
 */
export function routeChannel(nets: readonly Net[], placement: Placement): Channel {
  const waiting = nets.map((net) => {
    const tops = net.sources.map((source) => placement.centers[source] ?? 0);
    const bottoms = net.targets.map((target) => placement.entry(net, target));
    return partOf(net, tops, bottoms);
  });
  const straight = waiting.filter((part) => part.left === part.right);
  const used = new Set(waiting.flatMap((part) => [...part.tops, ...part.bottoms]));

  let parts = waiting.filter((part) => part.left !== part.right);
  const placed: { part: Part; track: number }[] = [];
  while (parts.length > 0) {
    const free = parts.filter((part) => !parts.some((other) => other !== part && mustBeAbove(other, part)));
    if (free.length === 0) {
      const cyclic = partInCycle(parts);
      parts = parts.flatMap((part) => (part === cyclic ? split(part, used) : part));
      continue;
    }
    const next = cheapestAbove(free, parts);
    const over = placed.filter(({ part }) => part.left <= next.right + 1 && next.left <= part.right + 1);
    placed.push({ part: next, track: over.reduce((lowest, { track }) => Math.max(lowest, track + 1), 0) });
    parts = parts.filter((part) => part !== next);
  }

  const runs = placed.map(({ part, track }): Run => {
    const { net, tops, bottoms, left, right, joint } = part;
    const run = { net, track, tops, bottoms, left, right };
    if (!part.isUpper || joint === undefined) return run;
    const lower = placed.find((other) => other.part.net === net && !other.part.isUpper);
    return { ...run, link: { column: joint, toTrack: lower?.track ?? track } };
  });
  const height = placed.reduce((rows, { track }) => Math.max(rows, track + 1), 0);
  return { runs: [...runs, ...straight.map((part) => ({ ...part, track: 0 }))], height };
}

function partOf(
  net: Net,
  tops: readonly number[],
  bottoms: readonly number[],
  joint?: number,
  isUpper?: boolean,
): Part {
  const columns = [...tops, ...bottoms, ...(joint === undefined ? [] : [joint])];
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  return {
    net,
    tops,
    bottoms,
    left,
    right,
    ...(joint !== undefined && { joint, isUpper: isUpper === true }),
  };
}

function mustBeAbove(upper: Part, lower: Part): boolean {
  if (upper.net === lower.net) return upper.isUpper === true;
  return upper.tops.some((column) => lower.bottoms.includes(column));
}

/** A part in a cycle of parts that all must be above the next: going up from any part leads into one. */
function partInCycle(parts: readonly Part[]): Part | undefined {
  const seen = new Set<Part>();
  let part = parts[0];
  while (part && !seen.has(part)) {
    seen.add(part);
    const below: Part = part;
    part = parts.find((other) => other !== below && mustBeAbove(other, below));
  }
  // A part without lines from above is above nothing and so in no cycle; a part that was split is one of these.
  return part;
}

/** Splits a part into one that collects the lines from above and one that hands them on, joined in an unused column. */
function split(part: Part, used: Set<number>): Part[] {
  const middle = Math.round((part.left + part.right) / 2);
  let joint = middle;
  for (let step = 1; used.has(joint) || joint < 0; step++) {
    joint = middle + (step % 2 === 0 ? -step / 2 : (step + 1) / 2);
  }
  used.add(joint);
  return [partOf(part.net, part.tops, [], joint, true), partOf(part.net, [], part.bottoms, joint)];
}

/** The part that crosses least when it runs above all the others. */
function cheapestAbove(free: readonly Part[], all: readonly Part[]): Part {
  const cost = (part: Part) =>
    all.reduce(
      (sum, other) => (other === part ? sum : sum + crossings(part, other) - crossings(other, part)),
      0,
    );
  const [first, ...others] = free.map((part) => ({ part, cost: cost(part) }));
  if (!first) throw new Error("Internal error: no net to route");
  return others.reduce((best, other) => (other.cost < best.cost ? other : best), first).part;
}

function crossings(upper: Part, lower: Part): number {
  const count = (columns: readonly number[], { left, right }: Part) =>
    columns.filter((column) => left <= column && column <= right).length;
  return count(upper.bottoms, lower) + count(lower.tops, upper);
}
