import { checkGraph, pipeline, topologicalOrder } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeGraph, makeManifest, type TaskSketch, tasksFromLinks } from "./make-graph.js";
import {
  consult,
  graphIn,
  graphOf,
  idOf,
  large,
  nameOf,
  randomSketches,
  scramble,
  scrambleKeys,
} from "./random-sketch.js";

const orderOf = (sketches: readonly TaskSketch[]) => topologicalOrder(graphOf(sketches)).map(nameOf);

describe("the order of an acyclic graph", () => {
  test("has every task once, after all that it reads from", () => {
    fc.assert(
      fc.property(randomSketches({ acyclic: true }), (sketches) => {
        const order = orderOf(sketches);
        expect(order.toSorted()).toEqual(sketches.map((sketch) => sketch.name).toSorted());
        for (const { from, to } of consult(sketches).edges)
          expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }),
    );
  });

  test("does not depend on the order of the manifest's keys, nor of the source", () => {
    fc.assert(
      fc.property(randomSketches({ acyclic: true }), fc.nat(), (sketches, seed) => {
        const manifest = makeManifest({ tasks: sketches });
        const order = topologicalOrder(graphIn(manifest));
        expect(topologicalOrder(graphIn(scrambleKeys(manifest, seed)))).toEqual(order);
        expect(topologicalOrder(graphOf(scramble(sketches, seed)))).toEqual(order);
      }),
    );
  });

  test("is what checkGraph and executionOrder() give", () => {
    fc.assert(
      fc.property(randomSketches({ acyclic: true }), fc.nat(), (sketches, seed) => {
        const order = orderOf(sketches);
        expect(makeGraph({ tasks: sketches }).order.map(nameOf)).toEqual(order);
        const manifest = scrambleKeys(makeManifest({ tasks: sketches }), seed);
        const wiring = { id: "src/pipeline.ts#sketch", manifest, root: "." };
        expect(pipeline({ name: "sketch", tasks: [] }, wiring).executionOrder()).toEqual(order);
      }),
    );
  });

  test("goes by waves, each sorted by id", () => {
    expect(orderOf(tasksFromLinks("z -> a -> m\ny -> b -> m\nz -> c"))).toEqual([
      "y",
      "z",
      "a",
      "b",
      "c",
      "m",
    ]);
  });
});

test("the order of a graph with cycles leaves out what is in one and behind one", () => {
  fc.assert(
    fc.property(randomSketches({ acyclic: false }), (sketches) => {
      const { reaches, edges } = consult(sketches);
      const order = orderOf(sketches);
      const stuck = (name: string) =>
        sketches.some(({ name: other }) => reaches(other, other) && (other === name || reaches(other, name)));
      const free = sketches.map((sketch) => sketch.name).filter((name) => !stuck(name));
      expect(order.toSorted()).toEqual(free.toSorted());
      for (const { from, to } of edges.filter((edge) => order.includes(edge.to)))
        expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
    }),
  );
});

describe("the order of a large graph", () => {
  test.each(["chain", "layers", "complete", "diamond"] as const)("%s", (shape) => {
    const sketches = large[shape]();
    const graph = graphOf(sketches);
    const checked = checkGraph(graph);
    if (!checked.ok) throw new Error("not acyclic");
    const { order } = checked.value;
    const place = new Map(order.map((id, index) => [id, index]));
    expect(place.size).toBe(sketches.length);
    expect(graph.edges.filter(({ from, to }) => (place.get(from) ?? 0) >= (place.get(to) ?? 0))).toEqual([]);
  });

  test("chain, in its own order", () => {
    const sketches = large.chain();
    expect(topologicalOrder(graphOf(scramble(sketches, 1)))).toEqual(sketches.map(({ name }) => idOf(name)));
  });

  test("ring, which has none", () => {
    expect(topologicalOrder(graphOf(large.ring()))).toEqual([]);
  });
});
