import { expect, it } from "vitest";
import { textWidth, truncateText } from "../../packages/cli/dist/text-width.js";

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

it.for([
  ["", 0],
  ["flights", 7],
  ["größe", 5],
  ["e\u0301", 1],
  ["数据", 4],
  ["🧊", 2],
  ["👨‍👩‍👧", 2],
  [red("ok"), 2],
] as const)("'%s' is %i columns wide", ([text, columns]) => {
  expect(textWidth(text)).toBe(columns);
});

it.for([
  ["flights", 7, "flights"],
  ["flights", 6, "fligh…"],
  ["数据数据", 6, "数据…"],
  ["🧊🧊🧊", 4, "🧊…"],
  [red("flights"), 7, red("flights")],
  [red("flights"), 4, "\u001b[31mfli…\u001b[0m"],
  ["a", 0, "…"],
] as const)("'%s' in %i columns is '%s'", ([text, columns, expected]) => {
  expect(truncateText(text, columns)).toBe(expected);
});
