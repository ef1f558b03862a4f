import { type Graph, selectTasks, taskId } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeGraph, type TaskSketch, tasksFromLinks } from "./make-graph.js";
import { consult, idOf, large, nameOf, type Oracle, randomSketches } from "./random-sketch.js";

/** Words, so that each test reads as a command line does: `clean+ --exclude metrics`. */
function select(graph: Graph, line: string, changed: readonly string[] = []) {
  const [expressions = "", ...excluded] = line.split(/ ?--exclude /);
  const isChanged = (id: string) => changed.includes(nameOf(id));
  const included = expressions.trim() === "" ? [] : [expressions];
  return selectTasks(graph, included, { exclude: excluded, isChanged });
}

function namesOf(graph: Graph, line: string, changed: readonly string[] = []): string {
  const selected = select(graph, line, changed);
  if (!selected.ok) throw new Error(selected.failure.map(({ message }) => message).join("\n"));
  return [...selected.value].map(nameOf).join(" ");
}

function problemsOf(graph: Graph, line: string): readonly string[] {
  const selected = select(graph, line);
  if (selected.ok) throw new Error(`selected ${[...selected.value].join(" ")}`);
  return selected.failure.map(({ code, message, hint }) => `${code} ${message}${hint ? ` (${hint})` : ""}`);
}

/** extract → clean → metrics → report, and rates → metrics; extract and rates read files. */
const shop = makeGraph({
  name: "shop",
  tasks: [
    { name: "extract", inputs: ["raw_users"], outputs: ["users"], more: { tags: ["nightly"] } },
    { name: "rates", inputs: ["raw_rates"], outputs: ["rates"], more: { tags: ["nightly", "slow"] } },
    { name: "clean", inputs: ["users"], outputs: ["clean_users", "rejected"] },
    { name: "metrics", inputs: ["clean_users", "rates"], outputs: ["totals"], more: { tags: ["slow"] } },
    { name: "report", inputs: ["totals"] },
  ],
});

describe("a selection", () => {
  test.each([
    ["", "extract rates clean metrics report"],
    ["clean", "clean"],
    ["src/tasks.ts#clean", "clean"],
    ["clean+", "clean metrics report"],
    ["+clean", "extract clean"],
    ["+clean+", "extract clean metrics report"],
    ["1+metrics", "rates clean metrics"],
    ["2+metrics", "extract rates clean metrics"],
    ["clean+1", "clean metrics"],
    ["1+clean+1", "extract clean metrics"],
    ["0+clean+0", "clean"],
    ["src/tasks.ts#clean+1", "clean metrics"],
    ["999999999999999999999+report", "extract rates clean metrics report"],
    ["re*", "report"],
    ["*r*t*", "extract rates report"],
    ["rate?", "rates"],
    ["src/*#r*", "rates report"],
    ["re*+ r?tes+1", "rates metrics report"],
    ["tag:nightly", "extract rates"],
    ["tag:nightly,tag:slow", "rates"],
    ["tag:*", "extract rates metrics"],
    ["tag:slow+", "rates metrics report"],
    ["dataset:clean_users", "clean"],
    ["dataset:rejected+1", "clean metrics"],
    ["dataset:raw_users+", "extract clean metrics report"],
    ["dataset:raw_users+1", "extract"],
    ["dataset:raw_*+1", "extract rates"],
    ["dataset:*", "extract rates clean metrics"],
    ["extract report", "extract report"],
    ["extract report  clean,+metrics", "extract clean report"],
    ["+metrics,clean+", "clean metrics"],
    ["--exclude clean+", "extract rates"],
    ["+metrics --exclude tag:slow", "extract clean"],
    ["* --exclude clean --exclude rates report", "extract metrics"],
  ])("%j is %s", (line, expected) => {
    expect(namesOf(shop, line)).toBe(expected);
  });

  test("is in the graph's order, whatever the order of its parts", () => {
    expect(namesOf(shop, "report clean extract")).toBe("extract clean report");
  });

  test.each([
    ["state:changed", "clean"],
    ["state:changed+", "clean metrics report"],
    ["1+state:changed", "extract clean"],
    ["state:changed+ --exclude report", "clean metrics"],
  ])("%j goes by what has changed", (line, expected) => {
    expect(namesOf(shop, line, ["clean"])).toBe(expected);
  });

  test("is empty where nothing has changed, which is no mistake", () => {
    expect(namesOf(shop, "state:changed+", [])).toBe("");
    expect(namesOf(shop, "tag:nightly,state:changed", ["clean"])).toBe("");
  });

  test("has all tasks as changed where nothing is known of them", () => {
    const selected = selectTasks(shop, ["state:changed"]);
    expect(selected).toEqual({ ok: true, value: new Set(shop.order) });
  });

  test("may be given in several options", () => {
    const selected = selectTasks(shop, ["extract", "clean+1 report"], { exclude: ["metrics"] });
    expect(selected).toEqual({ ok: true, value: new Set(["extract", "clean", "report"].map(idOf)) });
  });

  test("of tasks whose names look like something else", () => {
    const names = ["+page", "a,b", "tag:x", "2", "what?", "__proto__"];
    const graph = makeGraph({ tasks: tasksFromLinks(names.join(" -> ")) });
    for (const name of names) expect(namesOf(graph, name)).toBe(name);
    expect(namesOf(graph, "1+2+1")).toBe("tag:x 2 what?");
    expect(namesOf(graph, "2+")).toBe("2 what? __proto__");
  });

  test("leaves alone tags that the compiler could not read", () => {
    const dynamic = { $dynamic: "string" };
    const graph = makeGraph({
      tasks: [
        { name: "a", outputs: ["x"], more: { tags: dynamic } },
        { name: "b", outputs: ["y"], more: { tags: [dynamic, "nightly"] } },
      ],
    });
    expect(namesOf(graph, "tag:nightly")).toBe("b");
  });
});

describe("a selection that means nothing", () => {
  test.each([
    ["clena", ["GLA5036 Pipeline 'shop' has no task 'clena'. (did you mean 'clean'?)"]],
    ["+clena+2", ["GLA5036 Pipeline 'shop' has no task 'clena'. (did you mean 'clean'?)"]],
    ["x*", ["GLA5036 Pipeline 'shop' has no task 'x*'."]],
    [
      "src/taks.ts#clean",
      ["GLA5036 Pipeline 'shop' has no task 'src/taks.ts#clean'. (did you mean 'src/tasks.ts#clean'?)"],
    ],
    ["tag:nighly", ["GLA5036 Pipeline 'shop' has no tag 'nighly'. (did you mean 'nightly'?)"]],
    ["dataset:total", ["GLA5036 Pipeline 'shop' has no dataset 'total'. (did you mean 'totals'?)"]],
    ["state:new", ["GLA5037 'state:new' does not select tasks: the one state there is, is `state:changed`."]],
    ["+", ["GLA5036 Pipeline 'shop' has no task '+'."]],
    ["clean,", ["GLA5037 '' does not select tasks: a name is missing."]],
    ["tag:+", ["GLA5037 'tag:+' does not select tasks: a name is missing."]],
    ["clean --exclude ", ["GLA5037 '' does not select tasks: it is empty."]],
    ["clean,rates", ["GLA5038 No task of pipeline 'shop' is selected by 'clean,rates'."]],
    [
      "clean --exclude +clean",
      ["GLA5038 No task of pipeline 'shop' is selected by 'clean --exclude +clean'."],
    ],
    ["dataset:raw_users", ["GLA5038 No task of pipeline 'shop' is selected by 'dataset:raw_users'."]],
    [
      "clena tag:slo --exclude reprot",
      [
        "GLA5036 Pipeline 'shop' has no task 'clena'. (did you mean 'clean'?)",
        "GLA5036 Pipeline 'shop' has no tag 'slo'. (did you mean 'slow'?)",
        "GLA5036 Pipeline 'shop' has no task 'reprot'. (did you mean 'report'?)",
      ],
    ],
  ])("%j", (line, expected) => {
    expect(problemsOf(shop, line)).toEqual(expected);
  });
});

/** A name that is a number is a depth, too, so such a task goes by its id. */
const termOf = (name: string) => (/^\d+$/.test(name) ? idOf(name) : name);

/** A random expression, with what it must select. */
interface Meaning {
  readonly text: string;
  readonly has: (name: string, oracle: Oracle, names: readonly string[]) => boolean;
}

/** The number of edges on the shortest way; worked out in the plainest way. */
function distance(from: string, to: string, oracle: Oracle, names: readonly string[]): number {
  let reached = new Set([from]);
  for (let length = 0; length <= names.length; length++) {
    if (reached.has(to)) return length;
    reached = new Set(names.filter((name) => [...reached].some((before) => oracle.feeds(before, name))));
  }
  return Infinity;
}

const depths = fc.constantFrom<[string, number]>(["", Infinity], ["0", 0], ["1", 1], ["2", 2]);

function terms(known: readonly string[]): fc.Arbitrary<Meaning> {
  const none = fc.constant(undefined);
  return fc
    .record({
      center: fc.constantFrom(...known, "*"),
      before: fc.oneof(none, depths),
      after: fc.oneof(none, depths),
    })
    .map(({ center, before, after }) => ({
      text: `${before ? `${before[0]}+` : ""}${termOf(center)}${after ? `+${after[0]}` : ""}`,
      has: (name, oracle, names) =>
        names
          .filter((middle) => center === "*" || middle === center)
          .some(
            (middle) =>
              middle === name ||
              (before && distance(name, middle, oracle, names) < before[1] + 1) ||
              (after && distance(middle, name, oracle, names) < after[1] + 1),
          ),
    }));
}

function lists(known: readonly string[]): fc.Arbitrary<Meaning> {
  const list = fc.array(fc.array(terms(known), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  });
  return list.map((all) => ({
    text: all.map((parts) => parts.map(({ text }) => text).join(",")).join(" "),
    has: (name, oracle, names) => all.some((parts) => parts.every((part) => part.has(name, oracle, names))),
  }));
}

test("a random selection has the tasks that the oracle says", () => {
  const sketched = randomSketches({ acyclic: true }).chain((sketches) => {
    const names = sketches.map(({ name }) => name);
    return fc.tuple(fc.constant(sketches), lists(names), fc.option(lists(names)));
  });
  fc.assert(
    fc.property(sketched, ([sketches, included, excluded]) => {
      const graph = makeGraph({ tasks: sketches });
      const oracle = consult(sketches);
      const names = sketches.map(({ name }) => name);
      const expected = names.filter(
        (name) => included.has(name, oracle, names) && !excluded?.has(name, oracle, names),
      );
      const selected = selectTasks(graph, [included.text], { exclude: excluded ? [excluded.text] : [] });
      const found = selected.ok ? [...selected.value].map(nameOf) : [];
      expect(found.toSorted()).toEqual(expected.toSorted());
      expect(selected.ok).toBe(expected.length > 0);
    }),
  );
});

describe("a selection of a large graph", () => {
  const sizeOf = (sketches: readonly TaskSketch[], line: string) => {
    const selected = select(makeGraph({ tasks: sketches }), line);
    return selected.ok ? selected.value.size : 0;
  };

  test.each([
    ["+t9999", 10_000],
    ["t0+", 10_000],
    ["4999+t5000+", 9_999],
    ["* --exclude t5000+", 5_000],
  ])("chain, %s", (line, size) => {
    expect(sizeOf(large.chain(), line)).toBe(size);
  });

  test.each([
    [large.layers(), "t0+ +t9999"],
    [large.complete(), "a0+,+b316"],
    [large.diamond(), "+bottom+ +top+"],
  ])("wide, %#", (sketches, line) => {
    expect(sizeOf(sketches, line)).toBeGreaterThan(0);
  });

  test("that names every task", () => {
    const sketches = large.chain();
    const graph = makeGraph({ tasks: sketches });
    const selected = selectTasks(
      graph,
      sketches.map(({ name }) => name),
    );
    expect(selected).toEqual({ ok: true, value: new Set(graph.order.map(taskId)) });
  });
});
