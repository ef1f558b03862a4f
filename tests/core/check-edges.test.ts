/** Where checks stand in a graph. */
import {
  checkGraph,
  getTask,
  type ManifestCheck,
  render,
  resultDatasets,
  selectTasks,
  sinkTasks,
  sourceTasks,
} from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeGraph, type TaskSketch } from "./make-graph.js";
import { graphOf, nameOf, randomSketches } from "./random-sketch.js";

const checkOf = (name: string, severity: ManifestCheck["severity"], ...inputs: readonly string[]) => ({
  name,
  inputs,
  more: { check: { name, severity } },
});

/** Random pipelines, and for some of their datasets a check of each severity. */
const checkedSketches = fc
  .tuple(randomSketches({ acyclic: true }), fc.infiniteStream(fc.boolean()))
  .map(([sketches, isChecked]) => {
    const datasets = [
      ...new Set(sketches.flatMap(({ inputs = [], outputs = [] }) => [...inputs, ...outputs])),
    ];
    const checks = datasets
      .filter(() => isChecked.next().value)
      .flatMap((dataset) => [
        checkOf(`stops ${dataset}`, "error", dataset),
        checkOf(`warns ${dataset}`, "warn", dataset),
      ]);
    return { sketches, checks };
  });

describe("random checks, each of one dataset", () => {
  it("make no cycle; readers come after those that can stop them, and wait for no other", () => {
    fc.assert(
      fc.property(checkedSketches, ({ sketches, checks }) => {
        const checked = checkGraph(graphOf([...checks, ...sketches]));
        if (!checked.ok)
          throw new Error(checked.failure.map(({ diagnostic }) => diagnostic.message).join("\n"));
        const graph = checked.value;
        const order = graph.order.map((id) => getTask(graph, id).name);
        for (const {
          name,
          inputs: [dataset],
        } of checks) {
          const readers = sketches.filter(({ inputs = [] }) => inputs.includes(dataset as string));
          const makers = sketches.filter(({ outputs = [] }) => outputs.includes(dataset as string));
          const { upstream, downstream } = [...graph.tasks.values()].find((task) => task.name === name) ?? {};
          expect(upstream?.map(nameOf)).toEqual(makers.map((maker) => maker.name));
          const stopped = name.startsWith("stops") ? readers.map((reader) => reader.name) : [];
          expect(downstream?.map(nameOf).toSorted()).toEqual(stopped.toSorted());
          for (const reader of stopped) expect(order.indexOf(reader)).toBeGreaterThan(order.indexOf(name));
        }
      }),
    );
  });

  it("change neither results nor sources nor sinks", () => {
    fc.assert(
      fc.property(checkedSketches, ({ sketches, checks }) => {
        const [plain, checked] = [graphOf(sketches), graphOf([...sketches, ...checks])];
        expect(resultDatasets(checked)).toEqual(resultDatasets(plain));
        for (const find of [sourceTasks, sinkTasks])
          expect(find(checked).map(({ name }) => name)).toEqual(find(plain).map(({ name }) => name));
      }),
    );
  });
});

const tasks: readonly TaskSketch[] = [
  { name: "extract", outputs: ["raw"] },
  { name: "clean", inputs: ["raw"], outputs: ["clean"] },
  { name: "count", inputs: ["clean", "rates"], outputs: ["total"] },
];

it("of several datasets stops who reads one of them, but not what it reads from", () => {
  const graph = makeGraph({ tasks: [...tasks, checkOf("nothing lost", "error", "raw", "clean")] });
  const check = [...graph.tasks.values()].find(({ name }) => name === "nothing lost");
  expect(check?.upstream.map(nameOf)).toEqual(["clean", "extract"]);
  expect(check?.downstream.map(nameOf)).toEqual(["count"]);
});

it("is selected with all tasks that make what it looks at, or that load it", () => {
  const checks = [
    checkOf("raw", "error", "raw"),
    checkOf("both", "warn", "raw", "clean"),
    checkOf("loaded", "error", "rates"),
  ];
  const graph = makeGraph({ tasks: [...tasks, ...checks] });
  const selected = (expression: string, exclude: readonly string[] = []) => {
    const found = selectTasks(graph, [expression], { exclude });
    return found.ok ? [...found.value].map(nameOf).toSorted() : found.failure;
  };
  expect(selected("extract")).toEqual(["extract", "raw"]);
  expect(selected("clean")).toEqual(["clean"]);
  expect(selected("extract clean")).toEqual(["both", "clean", "extract", "raw"]);
  expect(selected("extract clean", ["both"])).toEqual(["clean", "extract", "raw"]);
  expect(selected("count")).toEqual(["count", "loaded"]);
  expect(selected("both")).toEqual(["both"]);
  expect(selected("dataset:rates+")).toEqual(["count", "loaded"]);
});

it("is a node of its own in drawings, with an edge to whom it can stop", () => {
  const checks = [checkOf("no loss", "error", "clean"), checkOf("few", "warn", "rates")];
  const graph = makeGraph({ tasks: [...tasks, ...checks] });
  const text = render(graph);
  expect(text).toContain("(check)");
  expect(text).toContain("(check, warns)");
  const mermaid = render(graph, { format: "mermaid" });
  expect(mermaid).toContain('task_no_20_loss{{"no loss"}}');
  expect(mermaid).toContain('task_no_20_loss -->|"clean"| task_count');
  expect(mermaid).toContain("dataset_rates --> task_few");
  expect(mermaid).not.toContain("task_few -->");
  const dot = render(graph, { format: "dot" });
  expect(dot).toContain('"src/tasks.ts#no loss" [label="no loss", shape=hexagon];');
  expect(dot).toContain('"dataset:rates" -> "src/tasks.ts#few";');
});
