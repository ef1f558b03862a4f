import {
  checkGraph,
  diagnosticText,
  type GraphPlace,
  type GraphProblem,
  locateProblem,
  type Manifest,
  type ManifestPipeline,
  renderDiagnostic,
  topologicalOrder,
  type UncheckedGraph,
} from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeManifest, type TaskSketch, tasksFromLinks } from "./make-graph.js";
import {
  consult,
  graphIn,
  graphOf,
  idOf,
  large,
  nameOf,
  type Oracle,
  randomSketches,
} from "./random-sketch.js";

function problemsOf(graph: UncheckedGraph): readonly GraphProblem[] {
  const checked = checkGraph(graph);
  return checked.ok ? [] : checked.failure;
}

/** Every problem as text, with its places in words. */
function textOf(graph: UncheckedGraph): string {
  const lines = problemsOf(graph).flatMap(({ diagnostic, at, related }) => [
    `${place(at)} - ${diagnosticText(diagnostic)}`,
    ...related.map((item) => `  ${place(item.at)} - ${item.message}`),
  ]);
  return ["", ...lines, ""].join("\n");
}

function place(at: GraphPlace): string {
  switch (at.kind) {
    case "pipeline":
      return "pipeline";
    case "element":
      return `tasks[${at.position}]`;
    case "task":
      return at.task;
    case "input":
    case "output":
      return `${at.kind} '${at.dataset}' of ${nameOf(at.task)}`;
    case "resource":
      return `resource '${at.resource}' of ${nameOf(at.task)}`;
    default:
      return at satisfies never;
  }
}

const check = (tasks: readonly TaskSketch[]) => textOf(graphOf(tasks));

/** A manifest without the storage that the maker gives to datasets that no task produces. */
function withoutStorage(tasks: readonly TaskSketch[], stored: readonly string[] = []): Manifest {
  const manifest = makeManifest({ tasks });
  const datasets = Object.entries(manifest.datasets).map(([name, { storage, ...rest }]) => [
    name,
    { ...rest, ...(storage && stored.includes(name) && { storage }) },
  ]);
  return { ...manifest, datasets: Object.fromEntries(datasets) };
}

/** A manifest whose pipeline is another one. */
function withPipeline(manifest: Manifest, change: Partial<ManifestPipeline>): Manifest {
  const [[id, pipeline] = ["", {}]] = Object.entries(manifest.pipelines);
  return { ...manifest, pipelines: { [id]: { ...(pipeline as ManifestPipeline), ...change } } };
}

describe("nothing is wrong", () => {
  test("with random acyclic graphs", () => {
    fc.assert(
      fc.property(randomSketches({ acyclic: true }), (sketches) => {
        const graph = graphOf(sketches);
        expect(checkGraph(graph)).toEqual({ ok: true, value: { ...graph, order: topologicalOrder(graph) } });
      }),
    );
  });

  test("with one task that reads nothing", () => {
    expect(check([{ name: "extract", outputs: ["raw"] }])).toBe("\n");
  });

  test("with an external dataset", () => {
    expect(textOf(graphIn(withoutStorage([{ name: "clean", inputs: ["raw"] }], ["raw"])))).toBe("\n");
  });

  test("with an optional parameter that nothing produces", () => {
    const inputs = [{ parameter: "rates", position: 0, dataset: "rates", optional: true as const }];
    expect(textOf(graphIn(withoutStorage([{ name: "convert", inputs: ["rates"], more: { inputs } }])))).toBe(
      "\n",
    );
  });
});

test("an empty pipeline", () => {
  expect(check([])).toMatchInlineSnapshot(`
    "
    pipeline - GLA3007: Pipeline 'sketch' has no tasks.
      hint: list the pipeline's functions in \`tasks\`
    "
  `);
});

describe("a repeated task", () => {
  const manifest = makeManifest({
    tasks: [
      { name: "extract", outputs: ["raw"] },
      { name: "clean", inputs: ["raw"] },
    ],
  });
  const listed = (...names: string[]) =>
    textOf(graphIn(withPipeline(manifest, { tasks: names.map((name) => ({ task: idOf(name) })) })));

  test("is reported where it is listed again", () => {
    expect(listed("extract", "clean", "extract")).toMatchInlineSnapshot(`
      "
      tasks[2] - GLA3006: Task 'extract' is listed twice in pipeline 'sketch'.
        hint: remove one of them
        tasks[0] - 'extract' is listed here first
      "
    `);
  });

  test("is reported each time", () => {
    expect(listed("clean", "clean", "extract", "clean")).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3006: Task 'clean' is listed twice in pipeline 'sketch'.
        hint: remove one of them
        tasks[0] - 'clean' is listed here first
      tasks[3] - GLA3006: Task 'clean' is listed twice in pipeline 'sketch'.
        hint: remove one of them
        tasks[0] - 'clean' is listed here first
      "
    `);
  });
});

test("a duplicate name", () => {
  const manifest = makeManifest({
    tasks: [
      { name: "users", outputs: ["users"], more: { name: "load" } },
      { name: "other", outputs: ["other"] },
      { name: "orders", outputs: ["orders"], more: { name: "load" } },
    ],
  });
  expect(textOf(graphIn(manifest))).toMatchInlineSnapshot(`
    "
    tasks[2] - GLA3005: Two tasks of pipeline 'sketch' have the name 'load'.
      hint: rename one of the declarations
      src/tasks.ts#users - the first 'load'
      src/tasks.ts#orders - another 'load'
    "
  `);
});

describe("a duplicate producer", () => {
  test("of two tasks", () => {
    expect(
      check([
        { name: "a", outputs: ["raw"] },
        { name: "b", outputs: ["more", "raw"] },
        { name: "c", inputs: ["raw"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3003: Dataset 'raw' is produced by both 'a' and 'b'.
        hint: give one of them another dataset name
        output 'raw' of a - 'a' produces it here
        output 'raw' of b - 'b' produces it here
      "
    `);
  });

  test("is not one that also reads it, which is a self dependency", () => {
    const tasks = [
      { name: "extract", outputs: ["raw"] },
      { name: "clean", inputs: ["raw"], outputs: ["raw"] },
    ];
    expect(check(tasks)).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3004: Task 'clean' reads and produces the same dataset 'raw'.
        hint: write the return type: the dataset that the task produces
        input 'raw' of clean - 'clean' reads it here
        output 'raw' of clean - 'clean' produces it here
      "
    `);
  });

  test("of three tasks is reported at the second and the third", () => {
    const tasks = ["a", "b", "c"].map((name) => ({ name, outputs: ["raw"] }));
    expect(check(tasks)).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3003: Dataset 'raw' is produced by both 'a' and 'b'.
        hint: give one of them another dataset name
        output 'raw' of a - 'a' produces it here
        output 'raw' of b - 'b' produces it here
      tasks[2] - GLA3003: Dataset 'raw' is produced by both 'a' and 'c'.
        hint: give one of them another dataset name
        output 'raw' of a - 'a' produces it here
        output 'raw' of c - 'c' produces it here
      "
    `);
  });
});

describe("a missing producer", () => {
  const missing = (...tasks: TaskSketch[]) => textOf(graphIn(withoutStorage(tasks)));

  test("with a near name", () => {
    expect(
      missing(
        { name: "extract", outputs: ["raw_users"] },
        { name: "clean", inputs: ["raw_user"], outputs: ["clean_users"] },
      ),
    ).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3002: No task produces dataset 'raw_user', which 'clean' reads.
        hint: did you mean 'raw_users'?
        input 'raw_user' of clean - 'clean' reads it here
        output 'raw_users' of extract - 'extract' produces 'raw_users' here
      "
    `);
  });

  test("without a near name", () => {
    expect(
      missing({ name: "extract", outputs: ["orders"] }, { name: "clean", inputs: ["users"] }),
    ).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3002: No task produces dataset 'users', which 'clean' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'users' of clean - 'clean' reads it here
      "
    `);
  });

  test("does not suggest a dataset that nothing produces either", () => {
    expect(missing({ name: "clean", inputs: ["user", "users"] })).toMatchInlineSnapshot(`
      "
      tasks[0] - GLA3002: No task produces dataset 'user', which 'clean' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'user' of clean - 'clean' reads it here
      tasks[0] - GLA3002: No task produces dataset 'users', which 'clean' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'users' of clean - 'clean' reads it here
      "
    `);
  });

  test("is reported for each reader, but not for one whose parameter is optional", () => {
    const input = { parameter: "arg0", position: 0, dataset: "rates" };
    expect(
      missing(
        { name: "a", inputs: ["rates"] },
        { name: "b", inputs: ["rates"], more: { inputs: [{ ...input, optional: true }] } },
        { name: "c", inputs: ["rates"], more: { inputs: [{ ...input, nullable: true }] } },
        // Once optional and once not.
        {
          name: "d",
          inputs: ["rates"],
          more: {
            inputs: [
              { ...input, optional: true },
              { ...input, parameter: "arg1", position: 1 },
            ],
          },
        },
      ),
    ).toMatchInlineSnapshot(`
      "
      tasks[0] - GLA3002: No task produces dataset 'rates', which 'a' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'rates' of a - 'a' reads it here
      tasks[2] - GLA3002: No task produces dataset 'rates', which 'c' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'rates' of c - 'c' reads it here
      tasks[3] - GLA3002: No task produces dataset 'rates', which 'd' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'rates' of d - 'd' reads it here
      "
    `);
  });

  test("of a dataset that the manifest does not describe, named like a property of every object", () => {
    const manifest = { ...withoutStorage([{ name: "clean", inputs: ["constructor"] }]), datasets: {} };
    expect(textOf(graphIn(manifest))).toMatchInlineSnapshot(`
      "
      tasks[0] - GLA3002: No task produces dataset 'constructor', which 'clean' reads.
        hint: add its producer to \`tasks\`, or declare where it is stored with \`dataset(…)\`
        input 'constructor' of clean - 'clean' reads it here
      "
    `);
  });
});

describe("a self dependency", () => {
  test("is no cycle", () => {
    expect(
      check([
        { name: "extract", outputs: ["raw"] },
        { name: "clean", inputs: ["raw", "users"], outputs: ["users"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3004: Task 'clean' reads and produces the same dataset 'users'.
        hint: write the return type: the dataset that the task produces
        input 'users' of clean - 'clean' reads it here
        output 'users' of clean - 'clean' produces it here
      "
    `);
  });

  test("of each dataset that is passed through, beside a cycle", () => {
    expect(
      check([
        { name: "a", inputs: ["x", "y", "z"], outputs: ["x", "y"] },
        { name: "b", inputs: ["x"], outputs: ["z"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
      tasks[0] - GLA3004: Task 'a' reads and produces the same dataset 'x'.
        hint: write the return type: the dataset that the task produces
        input 'x' of a - 'a' reads it here
        output 'x' of a - 'a' produces it here
      tasks[0] - GLA3004: Task 'a' reads and produces the same dataset 'y'.
        hint: write the return type: the dataset that the task produces
        input 'y' of a - 'a' reads it here
        output 'y' of a - 'a' produces it here
      tasks[0] - GLA3001: Tasks depend on each other in a cycle: a → b → a.
        input 'x' of b - 'b' reads 'x' from 'a'
        input 'z' of a - 'a' reads 'z' from 'b'
      "
    `);
  });
});

describe("a cycle", () => {
  test("begins with the first task of the source and says every dataset on the way", () => {
    expect(
      check([
        { name: "extract", outputs: ["raw"] },
        { name: "c", inputs: ["b1", "b2"], outputs: ["c"] },
        { name: "a", inputs: ["raw", "c"], outputs: ["a"] },
        { name: "b", inputs: ["a"], outputs: ["b1", "b2"] },
        { name: "publish", inputs: ["b1"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
      tasks[1] - GLA3001: Tasks depend on each other in a cycle: c → a → b → c.
        input 'c' of a - 'a' reads 'c' from 'c'
        input 'a' of b - 'b' reads 'a' from 'a'
        input 'b1' of c - 'c' reads 'b1' from 'b'
        input 'b2' of c - 'c' reads 'b2' from 'b'
      "
    `);
  });

  test("is the shortest through its first task; cycles apart from each other are reported each", () => {
    expect(check(tasksFromLinks("a -> b -> c -> d -> a\nc -> a\nd -> x -> y -> x"))).toMatchInlineSnapshot(`
      "
      tasks[0] - GLA3001: Tasks depend on each other in a cycle: a → b → c → a.
        input 'a_data' of b - 'b' reads 'a_data' from 'a'
        input 'b_data' of c - 'c' reads 'b_data' from 'b'
        input 'c_data' of a - 'a' reads 'c_data' from 'c'
      tasks[4] - GLA3001: Tasks depend on each other in a cycle: x → y → x.
        input 'x_data' of y - 'y' reads 'x_data' from 'x'
        input 'y_data' of x - 'x' reads 'y_data' from 'y'
      "
    `);
  });

  test("of 13 tasks leaves out the middle", () => {
    const ring = [...Array.from({ length: 13 }, (_, index) => `t${index}`), "t0"].join(" -> ");
    const [first] = problemsOf(graphOf(tasksFromLinks(ring)));
    expect(first?.diagnostic.message).toBe(
      "Tasks depend on each other in a cycle: t0 → t1 → t2 → t3 → t4 → t5 → … 4 more … → t10 → t11 → t12 → t0.",
    );
    expect(first?.related.length).toBe(13);
  });
});

test("every problem is reported, in the order of the numbers of their kinds' checks", () => {
  const manifest = withoutStorage([
    { name: "extract", outputs: ["raw"] },
    { name: "again", outputs: ["raw"], more: { name: "extract" } },
    { name: "loop", inputs: ["loop"], outputs: ["loop"] },
    { name: "one", inputs: ["two"], outputs: ["one"] },
    { name: "two", inputs: ["one", "nowhere"], outputs: ["two"] },
  ]);
  const [pipeline] = Object.values(manifest.pipelines);
  const tasks = [...(pipeline?.tasks ?? []), { task: idOf("two") }];
  const problems = problemsOf(graphIn(withPipeline(manifest, { tasks })));
  expect(problems.map(({ diagnostic }) => diagnostic.code)).toEqual([
    "GLA3006",
    "GLA3005",
    "GLA3003",
    "GLA3002",
    "GLA3004",
    "GLA3001",
  ]);
});

describe("locateProblem", () => {
  const [problem] = problemsOf(graphOf(tasksFromLinks("a -> b -> a")));

  test("turns places into locations, and leaves out what cannot be found", () => {
    const located = locateProblem(problem as GraphProblem, (at) => {
      if (at.kind === "element") return { file: "src/pipeline.ts", line: 3, column: 5 + at.position };
      if (at.kind === "input" && at.task === idOf("a")) return { file: "src/tasks.ts", line: 1, column: 7 };
      return undefined;
    });
    expect(`\n${renderDiagnostic(located, { readSource: () => undefined })}\n`).toMatchInlineSnapshot(`
      "
      src/pipeline.ts:3:5 - error GLA3001: Tasks depend on each other in a cycle: a → b → a.
        'b' reads 'a_data' from 'a'
        src/tasks.ts:1:7 - 'a' reads 'b_data' from 'b'
      "
    `);
    expect(located.related[0]).not.toHaveProperty("location");
  });
});

describe("random graphs", () => {
  test("have cycles where the oracle finds some, each of them real and the shortest", () => {
    let cyclic = 0;
    fc.assert(
      fc.property(randomSketches({ acyclic: false }), (sketches) => {
        const problems = problemsOf(graphOf(sketches));
        const oracle = consult(sketches);
        const names = sketches.map((sketch) => sketch.name);
        const knots = knotsOf(names, oracle);
        const cycles = problems.filter(({ diagnostic }) => diagnostic.code === "GLA3001");
        cyclic += cycles.length > 0 ? 1 : 0;
        expect(cycles.length).toBe(knots.length);

        for (const [index, { diagnostic, at, related }] of cycles.entries()) {
          const knot = knots[index] ?? [];
          const ring = /: (.*)\.$/.exec(diagnostic.message)?.[1]?.split(" → ") ?? [];
          const steps = ring.slice(1).map((to, step) => ({ from: ring[step] ?? "", to }));
          expect(at).toEqual({ kind: "element", position: names.indexOf(knot[0] ?? "") });
          expect([ring[0], ring.at(-1)]).toEqual([knot[0], knot[0]]);
          expect(new Set(ring).size).toBe(steps.length);
          expect(steps.filter(({ from, to }) => !oracle.feeds(from, to))).toEqual([]);
          expect(steps.length).toBe(stepsBack(knot[0] ?? "", knot, oracle));
          const expected = steps.flatMap((step) =>
            oracle.edges
              .filter(({ from, to }) => from === step.from && to === step.to)
              .map(({ from, to, dataset }) => `${to} ${dataset} '${to}' reads '${dataset}' from '${from}'`)
              .sort(),
          );
          const found = related.map((item) =>
            item.at.kind === "input"
              ? `${nameOf(item.at.task)} ${item.at.dataset} ${item.message}`
              : place(item.at),
          );
          expect(found).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
    expect(cyclic).toBeGreaterThan(50);
  });

  test("have a self dependency for each dataset that a task reads and produces, and nothing else wrong", () => {
    fc.assert(
      fc.property(randomSketches({ acyclic: false }), (sketches) => {
        const problems = problemsOf(graphOf(sketches));
        const own = problems.filter(({ diagnostic }) => diagnostic.code === "GLA3004");
        const expected = sketches.flatMap(({ name, inputs = [], outputs = [] }) =>
          outputs
            .filter((dataset) => inputs.includes(dataset))
            .map((d) => `Task '${name}' reads and produces the same dataset '${d}'.`),
        );
        expect(own.map(({ diagnostic }) => diagnostic.message).toSorted()).toEqual(expected.toSorted());
        expect(
          problems.filter(({ diagnostic: { code } }) => code !== "GLA3004" && code !== "GLA3001"),
        ).toEqual([]);
      }),
    );
  });

  test("miss a producer for exactly the datasets that are read, neither produced nor stored", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const subset = () => fc.subarray(names);
    const sketch = fc.record({ inputs: subset(), outputs: subset() });
    fc.assert(
      fc.property(fc.array(sketch, { minLength: 1, maxLength: 6 }), subset(), (sketches, stored) => {
        const tasks = sketches.map((one, index) => ({ name: `t${index}`, ...one }));
        const problems = problemsOf(graphIn(withoutStorage(tasks, stored)));
        const made = tasks.flatMap((task) => task.outputs);
        const of = (code: string) =>
          problems.filter(({ diagnostic }) => diagnostic.code === code).map(({ at }) => place(at));
        expect(of("GLA3002").toSorted()).toEqual(
          tasks
            .flatMap((task, index) =>
              task.inputs
                .filter((dataset) => !made.includes(dataset) && !stored.includes(dataset))
                .map(() => `tasks[${index}]`),
            )
            .toSorted(),
        );
        // Who also reads it is reported for that instead.
        const producers = names.map(
          (name) => tasks.filter((t) => t.outputs.includes(name) && !t.inputs.includes(name)).length,
        );
        expect(of("GLA3003").length).toBe(producers.reduce((sum, count) => sum + Math.max(0, count - 1), 0));
      }),
    );
  });
});

describe("a large graph", () => {
  test.each(["chain", "layers", "complete", "diamond"] as const)("%s has no problem", (shape) => {
    expect(checkGraph(graphOf(large[shape]())).ok).toBe(true);
  });

  test("ring is one cycle of all its tasks", () => {
    const problems = problemsOf(graphOf(large.ring()));
    expect(problems.map(({ diagnostic }) => diagnostic.message)).toEqual([
      "Tasks depend on each other in a cycle: t0 → t1 → t2 → t3 → t4 → t5 → … 9991 more … → t9997 → t9998 → t9999 → t0.",
    ]);
    expect(problems[0]?.related.length).toBe(10_000);
  });

  test("layers that lead back to the first layer are one cycle through each layer", () => {
    const [first, ...others] = large.layers();
    const problems = problemsOf(graphOf([{ ...(first as TaskSketch), inputs: ["d9900"] }, ...others]));
    expect(problems.map(({ related }) => related.length)).toEqual([100]);
  });

  test("pairs are 5,000 cycles, found without looking at every edge for each", { timeout: 20_000 }, () => {
    const problems = problemsOf(graphOf(large.pairs()));
    expect(problems.length).toBe(5_000);
    expect(problems.at(-1)?.diagnostic.message).toBe(
      "Tasks depend on each other in a cycle: t9998 → t9999 → t9998.",
    );
  });

  test("2,000 missing producers beside 2,000 names", { timeout: 20_000 }, () => {
    const tasks = Array.from({ length: 2_000 }, (_, n) => ({
      name: `t${n}`,
      inputs: [`missing_${n}`],
      outputs: [`d${n}`],
    }));
    expect(problemsOf(graphIn(withoutStorage(tasks))).length).toBe(2_000);
  });
});

/** Groups of two tasks or more that all reach each other, by their first task. */
function knotsOf(names: readonly string[], { reaches }: Oracle): string[][] {
  const together = (a: string, b: string) => a === b || (reaches(a, b) && reaches(b, a));
  return names
    .filter((name, index) => names.findIndex((other) => together(name, other)) === index)
    .map((name) => names.filter((other) => together(name, other)))
    .filter((knot) => knot.length > 1);
}

/** The length of the shortest way from a task back to itself that passes another one. */
function stepsBack(start: string, knot: readonly string[], { feeds }: Oracle): number {
  let reached = new Set([start]);
  for (let steps = 1; steps <= knot.length; steps++) {
    const next = knot.filter((to) => [...reached].some((from) => from !== to && feeds(from, to)));
    if (next.includes(start)) return steps;
    reached = new Set(next);
  }
  return Number.NaN;
}

test("a resource that is not listed is reported for each task that needs it", () => {
  const takes = (...names: string[]) => ({ resources: names.map((name, position) => ({ name, position })) });
  const manifest = makeManifest({
    tasks: [
      { name: "extract", outputs: ["raw"], more: takes("db", "cache") },
      { name: "clean", inputs: ["raw"], more: takes("clock") },
      { name: "load", inputs: ["raw"], more: { resources: [{ name: "db", position: 1, optional: true }] } },
    ],
  });
  const resources = ["cache", "clocks"].map((name) => ({ name, id: `src/resources.ts#${name}` }));
  expect(textOf(graphIn(withPipeline(manifest, { resources })))).toMatchInlineSnapshot(`
    "
    tasks[0] - GLA3009: Task 'extract' takes resource 'db', which pipeline 'sketch' does not list.
      hint: add its declaration to the pipeline's \`resources\`, or make the parameter optional
      resource 'db' of extract - 'extract' takes it here
    tasks[1] - GLA3009: Task 'clean' takes resource 'clock', which pipeline 'sketch' does not list.
      hint: did you mean 'clocks'?
      resource 'clock' of clean - 'clean' takes it here
    "
  `);
});
