import {
  buildGraph,
  connectTasks,
  type GraphTask,
  getTask,
  isIdOf,
  type Manifest,
  parseManifest,
  pipelineId,
  renderManifest,
  resultDatasets,
  sinkTasks,
  sourceTasks,
  taskId,
} from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeManifest } from "./make-graph.js";
import { consult, graphIn, graphOf, idOf, large, nameOf, randomSketches, scramble } from "./random-sketch.js";

const anySketches = fc.oneof(randomSketches({ acyclic: true }), randomSketches({ acyclic: false }));
const namesOf = (tasks: readonly GraphTask[]) => tasks.map((task) => task.name);

describe("a random graph", () => {
  test("has the edges of the signatures", () => {
    fc.assert(
      fc.property(anySketches, (sketches) => {
        const graph = graphOf(sketches);
        const oracle = consult(sketches);
        const found = graph.edges.map(({ from, to, dataset }) =>
          [nameOf(from), nameOf(to), dataset].join(" "),
        );
        expect(found.toSorted()).toEqual(
          oracle.edges.map(({ from, to, dataset }) => [from, to, dataset].join(" ")).toSorted(),
        );
        for (const { name, id, upstream, downstream } of graph.tasks.values()) {
          expect(id).toBe(idOf(name));
          const others = sketches.map((sketch) => sketch.name);
          expect(upstream.map(nameOf).toSorted()).toEqual(
            others.filter((other) => oracle.feeds(other, name)).toSorted(),
          );
          expect(downstream.map(nameOf).toSorted()).toEqual(
            others.filter((other) => oracle.feeds(name, other)).toSorted(),
          );
        }
      }),
    );
  });

  test("has sources, sinks and results in a stated order", () => {
    fc.assert(
      fc.property(anySketches, (sketches) => {
        const graph = graphOf(sketches);
        const { edges } = consult(sketches);
        const names = sketches.map((sketch) => sketch.name);
        expect([...graph.tasks.keys()].map(nameOf)).toEqual(names);
        expect(namesOf(sourceTasks(graph))).toEqual(names.filter((n) => !edges.some(({ to }) => to === n)));
        expect(namesOf(sinkTasks(graph))).toEqual(names.filter((n) => !edges.some(({ from }) => from === n)));
        const read = sketches.flatMap((sketch) => sketch.inputs ?? []);
        const made = sketches.flatMap((sketch) => sketch.outputs ?? []);
        const unread = made.filter((dataset) => !read.includes(dataset));
        expect(resultDatasets(graph)).toEqual(unread.sort());
      }),
    );
  });

  test("knows the producers and consumers of each dataset", () => {
    fc.assert(
      fc.property(anySketches, (sketches) => {
        const graph = graphOf(sketches);
        const mentioned = sketches.flatMap(({ inputs = [], outputs = [] }) => [...inputs, ...outputs]);
        expect([...graph.datasets.keys()].toSorted()).toEqual([...new Set(mentioned)].toSorted());
        for (const { name, producers, consumers } of graph.datasets.values()) {
          const whoHas = (field: "inputs" | "outputs") =>
            sketches.filter((sketch) => sketch[field]?.includes(name)).map((sketch) => idOf(sketch.name));
          expect(producers).toEqual(whoHas("outputs"));
          expect(consumers).toEqual(whoHas("inputs"));
        }
      }),
    );
  });

  test("survives being written and read", () => {
    fc.assert(
      fc.property(anySketches, (sketches) => {
        const manifest = makeManifest({ tasks: sketches });
        const read = parseManifest(renderManifest(manifest), "glacier.manifest.json");
        if (!read.ok) throw new Error(read.failure.message);
        expect(graphIn(read.value)).toEqual(graphIn(manifest));
        for (const { name, manifest: described } of graphIn(read.value).datasets.values()) {
          expect(described).toEqual(Object.entries(manifest.datasets).find(([key]) => key === name)?.[1]);
        }
      }),
    );
  });
});

test("a dataset that the manifest does not describe has no description, whatever its name", () => {
  const names = ["constructor", "__proto__", "raw"];
  const manifest = { ...makeManifest({ tasks: [{ name: "read", inputs: names }] }), datasets: {} };
  const { datasets } = graphIn(manifest);
  expect([...datasets.keys()]).toEqual(names);
  for (const dataset of datasets.values()) expect(dataset.manifest).toBeUndefined();
});

describe("connectTasks", () => {
  test("gives the same edges, sorted, whatever the order of the tasks", () => {
    fc.assert(
      fc.property(anySketches, fc.nat(), (sketches, seed) => {
        const tasks = Object.entries(makeManifest({ tasks: sketches }).tasks);
        const edges = connectTasks(new Map(tasks));
        expect(connectTasks(new Map(scramble(tasks, seed)))).toEqual(edges);
        const key = (edge: (typeof edges)[number]) => [edge.from, edge.to, edge.dataset].join("\0");
        expect(edges.map(key)).toEqual(edges.map(key).toSorted());
      }),
    );
  });

  test("makes one edge where a task reads a dataset twice", () => {
    const input = { dataset: "raw", parameter: "a", position: 0 };
    const tasks = new Map([
      ["a", { inputs: [], outputs: [{ dataset: "raw", path: "/0" }] }],
      ["b", { inputs: [input, { ...input, position: 1 }], outputs: [] }],
    ]);
    expect(connectTasks(tasks)).toEqual([{ from: "a", to: "b", dataset: "raw" }]);
  });
});

test.each([
  ["src/tasks.ts#clean", "src/tasks.ts#clean", true],
  ["src/tasks.ts#clean", "@acme/sales:src/tasks.ts#clean", true],
  ["src/tasks.ts#clean", "@acme/sales:core/src/tasks.ts#clean", true],
  ["src/tasks.ts#clean", "../sales/src/tasks.ts#clean", true],
  ["tasks.ts#clean", "src/more-tasks.ts#clean", false],
  ["src/tasks.ts#clean", "@acme/sales:src/tasks.ts#Sales.clean", false],
  ["@acme/sales:src/tasks.ts#clean", "src/tasks.ts#clean", false],
  ["@acme/shop:src/tasks.ts#clean", "@acme/sales:src/tasks.ts#clean", false],
])("the compiled id %s is that of %s: %s", (compiled, id, isIt) => {
  expect(isIdOf(compiled, id)).toBe(isIt);
});

describe("the graph of one pipeline of several", () => {
  const both = makeManifest({
    tasks: [
      { name: "extract", outputs: ["raw"] },
      { name: "clean", inputs: ["raw"], outputs: ["clean"] },
    ],
    storage: { raw: { kind: "file", path: "raw.json" } },
  });
  const manifest: Manifest = {
    ...both,
    pipelines: {
      ...both.pipelines,
      "src/pipeline.ts#half": {
        name: "half",
        tasks: [{ task: "src/tasks.ts#clean", key: "clean" }],
        edges: [],
        external: ["raw"],
        declared: "src/pipeline.ts:2",
      },
    },
  };

  test("has only its own tasks and datasets", () => {
    const graph = buildGraph(manifest, pipelineId("src/pipeline.ts#half"));
    expect([...graph.tasks.keys()]).toEqual(["src/tasks.ts#clean"]);
    expect(graph.datasets.get("raw")).toMatchObject({ producers: [], consumers: ["src/tasks.ts#clean"] });
    expect(namesOf(sourceTasks(graph))).toEqual(["clean"]);
    expect(resultDatasets(graph)).toEqual(["clean"]);
  });

  test("is an internal error for a pipeline or a task that is not there", () => {
    expect(() => buildGraph(manifest, pipelineId("src/pipeline.ts#other"))).toThrow(
      new Error("Internal error: no pipeline 'src/pipeline.ts#other' in the manifest"),
    );
    expect(() => buildGraph({ ...manifest, tasks: {} }, pipelineId("src/pipeline.ts#half"))).toThrow(
      new Error("Internal error: no task 'src/tasks.ts#clean' in the manifest"),
    );
    const graph = buildGraph(manifest, pipelineId("src/pipeline.ts#half"));
    expect(() => getTask(graph, taskId("src/tasks.ts#extract"))).toThrow(
      new Error("Internal error: no task 'src/tasks.ts#extract' in pipeline 'half'"),
    );
  });
});

describe("a large graph", () => {
  test.each([
    ["chain", 9_999, 1, 1],
    ["ring", 10_000, 0, 0],
    ["layers", 99_000, 100, 100],
    ["complete", 100_172, 316, 317],
    ["diamond", 19_996, 1, 1],
  ] as const)("%s has %i edges", (shape, edges, sources, sinks) => {
    const graph = graphOf(large[shape]());
    expect([graph.edges.length, sourceTasks(graph).length, sinkTasks(graph).length]).toEqual([
      edges,
      sources,
      sinks,
    ]);
  });
});
