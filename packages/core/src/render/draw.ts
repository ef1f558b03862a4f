/** From placed boxes and routed lines to characters. */
import type { BoxGraph } from "./box-graph.js";
import { Canvas } from "./canvas.js";
import type { LaneGraph } from "./lanes.js";
import type { Placement } from "./positions.js";
import { type Channel, routeChannel } from "./route.js";
import { textColumns } from "./text-width.js";

/** Rows of a frame without the text in it. */
const frameRows = 2;

/** @param texts by box: its lines */
export function draw(
  boxes: BoxGraph,
  graph: LaneGraph,
  placement: Placement,
  texts: readonly (readonly string[])[],
): string {
  const canvas = new Canvas();
  const rowsOf = (node: number) => {
    const box = graph.nodes[node]?.box;
    return box === undefined ? 0 : (texts[box]?.length ?? 0) + frameRows;
  };

  const arrows: (readonly [row: number, column: number])[] = [];
  let top = 0;
  for (const [index, layer] of graph.layers.entries()) {
    const nets = graph.nets[index] ?? [];
    const channelTop = top + layer.reduce((rows, node) => Math.max(rows, rowsOf(node)), 0);
    const channel = routeChannel(nets, placement);
    const arrowRow = channelTop + channel.height;

    for (const net of nets) {
      // Lanes begin at the layer's top, boxes of less height than others end above the channel.
      for (const node of net.sources) {
        canvas.vertical(net, placement.centers[node] ?? 0, top + rowsOf(node) - 0.5, channelTop - 0.5);
      }
      for (const node of net.targets) {
        if (graph.nodes[node]?.box !== undefined) arrows.push([arrowRow, placement.entry(net, node)]);
      }
    }
    drawChannel(canvas, channel, channelTop, arrowRow);

    const leaving = new Set(nets.flatMap((net) => net.sources));
    for (const node of layer) {
      const box = graph.nodes[node]?.box;
      if (box === undefined) continue;
      const { kind, members } = boxes.boxes[box] ?? { kind: "task", members: [] };
      const style = kind === "external" ? "double" : members.length > 1 ? "dashed" : "plain";
      const center = placement.centers[node] ?? 0;
      const width = placement.widths[node] ?? 1;
      const left = center - (width - 1) / 2;
      canvas.frame(top, left, rowsOf(node), width, style, leaving.has(node) ? center : undefined);
      for (const [line, text] of (texts[box] ?? []).entries()) {
        canvas.write(top + 1 + line, left + Math.floor((width - textColumns(text)) / 2), text);
      }
    }
    top = arrowRow + 1;
  }
  for (const [row, column] of arrows) canvas.write(row, column, "▼");
  return canvas.toString();
}

function drawChannel(canvas: Canvas, channel: Channel, top: number, arrowRow: number): void {
  const bottom = arrowRow + 0.5;
  for (const { net, track, tops, bottoms, left, right, link } of channel.runs) {
    if (left === right) {
      canvas.vertical(net, left, top - 0.5, bottom);
      continue;
    }
    const row = top + track;
    canvas.horizontal(net, row, left, right);
    for (const column of tops) canvas.vertical(net, column, top - 0.5, row);
    for (const column of bottoms) canvas.vertical(net, column, row, bottom);
    if (link) canvas.vertical(net, link.column, row, top + link.toTrack);
  }
}
