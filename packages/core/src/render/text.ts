import type { Graph } from "../graph.js";
import { type Box, type BoxGraph, boxesOf } from "./box-graph.js";
import { orderLayers } from "./crossings.js";
import { draw } from "./draw.js";
import { foldToLimit, foldWidest } from "./fold.js";
import { layLanes } from "./lanes.js";
import { placeNodes } from "./positions.js";
import { printable, shortenEnd, shortenMiddle, textColumns } from "./text-width.js";

/** What a box's text may be: the columns that it may take, and whether it has more than its title. */
interface TextLimit {
  readonly columns: number;
  readonly isTitleOnly?: true;
}

/** From the most to the least that is still readable. */
const textLimits: readonly TextLimit[] = [
  ...[48, 40, 34, 28, 24, 20, 17, 14].map((columns) => ({ columns })),
  ...[28, 24, 20, 17, 14, 12, 10].map((columns) => ({ columns, isTitleOnly: true as const })),
];
/** Tried when even a single column of boxes is too wide. */
const tightLimits: readonly TextLimit[] = [7, 4].map((columns) => ({ columns, isTitleOnly: true }));

/**
 * Draws a graph for a terminal: layers of boxes from top to bottom, joined by lines with arrow heads. A box has the
 * task's name and what it produces; a double frame is an external dataset, a dashed one stands for several tasks. `┼` is
 * a crossing, `╋` a junction.
 *
 * Larger graphs (40 tasks) are folded, and so is what would not fit into `width`; the last line says what was.
 *
 * @param width columns that the drawing may take; narrower than a single box, it is exceeded
 * @returns lines without spaces at their ends, joined by newlines, without one at the end
 */
export function renderText(graph: Graph, width = 120): string {
  let boxes = foldToLimit(boxesOf(graph));
  let drawing = drawWithin(boxes, width, textLimits);
  while (widthOf(drawing) > width) {
    const folded = foldWidest(boxes);
    if (!folded) {
      drawing = drawWithin(boxes, width, tightLimits);
      break;
    }
    boxes = folded;
    drawing = drawWithin(boxes, width, textLimits);
  }
  const legend = foldedLine(boxes, width);
  return legend ? `${drawing}\n\n${legend}` : drawing;
}

/** Draws with the longest texts that fit, else with the shortest. */
function drawWithin(boxes: BoxGraph, width: number, limits: readonly TextLimit[]): string {
  const graph = layLanes(boxes);
  const layers = orderLayers(graph);
  let drawing = "";
  for (const limit of limits) {
    const texts = boxes.boxes.map((box) => textOf(box, limit));
    const placement = placeNodes(
      graph,
      layers,
      texts.map((lines) => Math.max(...lines.map(textColumns))),
    );
    drawing = draw(boxes, graph, placement, texts);
    if (widthOf(drawing) <= width) break;
  }
  return drawing;
}

function widthOf(drawing: string): number {
  return drawing.split("\n").reduce((most, line) => Math.max(most, textColumns(line)), 0);
}

function textOf(box: Box, { columns, isTitleOnly }: TextLimit): readonly string[] {
  const details = isTitleOnly ? [] : box.details.map((detail) => shortenMiddle(printable(detail), columns));
  const count = isFolded(box) && !box.isCounted ? ` (${countOf(box)})` : "";
  return [shortenMiddle(printable(box.title), Math.max(4, columns - count.length)) + count, ...details];
}

/** The names of what was folded: as many of each box as there is room for, one at least. */
function foldedLine(boxes: BoxGraph, width: number): string | undefined {
  const folds = boxes.boxes.filter(isFolded);
  if (folds.length === 0) return undefined;
  const room = Math.floor((width - "Folded: ".length) / folds.length);
  const lists = folds.map((box) => {
    const count = ` … (${countOf(box)})`;
    let list = "";
    for (const member of box.members) {
      const longer = list ? `${list}, ${printable(member)}` : printable(member);
      if (list && textColumns(longer) + count.length + 2 > room) return list + count;
      list = longer;
    }
    return list;
  });
  return shortenEnd(`Folded: ${lists.join("; ")}`, width);
}

function isFolded(box: Box): boolean {
  return box.members.length > 1;
}

function countOf({ kind, members }: Box): string {
  return `${members.length} ${kind === "task" ? "tasks" : "datasets"}`;
}
