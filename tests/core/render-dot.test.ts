import { render } from "@glacier-ts/core";
import { expect, test } from "vitest";
import { makeGraph } from "./make-graph.js";

const dot = (sketch: Parameters<typeof makeGraph>[0]) => render(makeGraph(sketch), { format: "dot" });

test("tasks, external datasets and what passes between them", () => {
  const graph = dot({
    tasks: [
      { name: "split", inputs: ["flights-2024.raw"], outputs: ["train", "test"] },
      { name: "fit", inputs: ["train"], outputs: ["model"] },
      { name: "evaluate", inputs: ["model", "test", "train"], outputs: ["score", "plot"] },
      { name: "end", inputs: ["train", "test"] },
    ],
  });
  expect(graph).toMatchInlineSnapshot(`
    "digraph "sketch" {
      node [shape=box];
      "dataset:flights-2024.raw" [label="flights-2024.raw", shape=cylinder];
      "src/tasks.ts#split" [label="split"];
      "src/tasks.ts#fit" [label="fit"];
      "src/tasks.ts#evaluate" [label="evaluate\\n→ score\\n→ plot"];
      "src/tasks.ts#end" [label="end"];
      "dataset:flights-2024.raw" -> "src/tasks.ts#split";
      "src/tasks.ts#fit" -> "src/tasks.ts#evaluate" [label="model"];
      "src/tasks.ts#split" -> "src/tasks.ts#end" [label="test, train"];
      "src/tasks.ts#split" -> "src/tasks.ts#evaluate" [label="test, train"];
      "src/tasks.ts#split" -> "src/tasks.ts#fit" [label="train"];
    }"
  `);
});

test("a single task", () => {
  expect(dot({ tasks: [{ name: "extract" }] })).toMatchInlineSnapshot(`
    "digraph "sketch" {
      node [shape=box];
      "src/tasks.ts#extract" [label="extract"];
    }"
  `);
});

test("names that Graphviz would read as something else", () => {
  const graph = dot({
    tasks: [
      { name: 'o"x`#<b>&amp;\\N$$x$$', inputs: ["__all__"], outputs: ["_a_", "b"] },
      { name: "été_表", inputs: ["_a_", "b"], outputs: ["snake_case"] },
      { name: "$1", inputs: ["b"] },
      { name: "_24_1", inputs: ["b"] },
    ],
  });
  expect(graph).toMatchInlineSnapshot(`
    "digraph "sketch" {
      node [shape=box];
      "dataset:__all__" [label="__all__", shape=cylinder];
      "src/tasks.ts#o\\"x\`#<b>&amp;\\\\N$$x$$" [label="o\\"x\`#<b>&amp;amp;\\\\N$$x$$"];
      "src/tasks.ts#été_表" [label="été_表\\n→ snake_case"];
      "src/tasks.ts#$1" [label="$1"];
      "src/tasks.ts#_24_1" [label="_24_1"];
      "dataset:__all__" -> "src/tasks.ts#o\\"x\`#<b>&amp;\\\\N$$x$$";
      "src/tasks.ts#o\\"x\`#<b>&amp;\\\\N$$x$$" -> "src/tasks.ts#$1" [label="b"];
      "src/tasks.ts#o\\"x\`#<b>&amp;\\\\N$$x$$" -> "src/tasks.ts#_24_1" [label="b"];
      "src/tasks.ts#o\\"x\`#<b>&amp;\\\\N$$x$$" -> "src/tasks.ts#été_表" [label="_a_, b"];
    }"
  `);
});
