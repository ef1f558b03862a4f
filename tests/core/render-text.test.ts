import { render } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeGraph, type TaskSketch, tasksFromLinks } from "./make-graph.js";
import { readDrawing } from "./read-drawing.js";

const draw = (tasks: readonly TaskSketch[], width?: number) =>
  `\n${render(makeGraph({ tasks }), width === undefined ? {} : { width })}\n`;
const drawLinks = (links: string, width?: number) => draw(tasksFromLinks(links), width);
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}_${index + 1}`);

describe("draws", () => {
  test("a single task", () => {
    expect(draw([{ name: "extract", outputs: ["raw_users"] }])).toMatchInlineSnapshot(`
      "
      ┌─────────────┐
      │   extract   │
      │ → raw_users │
      └─────────────┘
      "
    `);
  });

  test("a chain", () => {
    expect(
      draw([
        { name: "extract", outputs: ["raw_users"] },
        { name: "clean", inputs: ["raw_users"], outputs: ["clean_users"] },
        { name: "publish", inputs: ["clean_users"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
       ┌─────────────┐
       │   extract   │
       │ → raw_users │
       └──────┬──────┘
              ▼
      ┌───────────────┐
      │     clean     │
      │ → clean_users │
      └───────┬───────┘
              ▼
         ┌─────────┐
         │ publish │
         └─────────┘
      "
    `);
  });

  test("a fan-out to two and to three", () => {
    expect(drawLinks("extract -> clean enrich\nclean -> a b c")).toMatchInlineSnapshot(`
      "
                           ┌─────────────────┐
                           │     extract     │
                           │ → extract_data  │
                           └────────┬────────┘
                           ┌────────┴─────────┐
                           ▼                  ▼
                   ┌───────────────┐  ┌───────────────┐
                   │     clean     │  │    enrich     │
                   │ → clean_data  │  │ → enrich_data │
                   └───────┬───────┘  └───────────────┘
            ┌──────────────╋──────────────┐
            ▼              ▼              ▼
      ┌───────────┐  ┌───────────┐  ┌───────────┐
      │     a     │  │     b     │  │     c     │
      │ → a_data  │  │ → b_data  │  │ → c_data  │
      └───────────┘  └───────────┘  └───────────┘
      "
    `);
  });

  test("a fan-in", () => {
    expect(drawLinks("users orders products -> join")).toMatchInlineSnapshot(`
      "
      ┌───────────────┐  ┌───────────────┐  ┌─────────────────┐
      │     users     │  │    orders     │  │    products     │
      │ → users_data  │  │ → orders_data │  │ → products_data │
      └───────┬───────┘  └───────┬───────┘  └────────┬────────┘
              └──────────────────╋───────────────────┘
                                 ▼
                          ┌─────────────┐
                          │    join     │
                          │ → join_data │
                          └─────────────┘
      "
    `);
  });

  test("a diamond", () => {
    expect(drawLinks("extract -> clean enrich -> join")).toMatchInlineSnapshot(`
      "
              ┌─────────────────┐
              │     extract     │
              │ → extract_data  │
              └────────┬────────┘
              ┌────────┴─────────┐
              ▼                  ▼
      ┌───────────────┐  ┌───────────────┐
      │     clean     │  │    enrich     │
      │ → clean_data  │  │ → enrich_data │
      └───────┬───────┘  └───────┬───────┘
              └────────┬─────────┘
                       ▼
                ┌─────────────┐
                │    join     │
                │ → join_data │
                └─────────────┘
      "
    `);
  });

  test("two sources, a diamond and a line past several layers", () => {
    expect(
      drawLinks("users -> clean enrich -> join -> report\norders -> join\nusers -> report"),
    ).toMatchInlineSnapshot(`
      "
                         ┌───────────────┐
                         │     users     │
                         │ → users_data  │
                         └───────┬───────┘
              ┌──────────────────╋─────────────────────────────┐
              ▼                  ▼                             │
      ┌───────────────┐  ┌───────────────┐  ┌───────────────┐  │
      │     clean     │  │    enrich     │  │    orders     │  │
      │ → clean_data  │  │ → enrich_data │  │ → orders_data │  │
      └───────┬───────┘  └───────┬───────┘  └───────┬───────┘  │
              └──────────────────╋──────────────────┘          │
                                 ▼                             │
                          ┌─────────────┐                      │
                          │    join     │                      │
                          │ → join_data │                      │
                          └──────┬──────┘                      │
                                 └──────────────┬──────────────┘
                                                ▼
                                        ┌───────────────┐
                                        │    report     │
                                        │ → report_data │
                                        └───────────────┘
      "
    `);
  });

  test("lines that only cross", () => {
    expect(drawLinks("a -> x y\nb -> y z\nc -> z x")).toMatchInlineSnapshot(`
      "
      ┌───────────┐  ┌───────────┐  ┌───────────┐
      │     a     │  │     b     │  │     c     │
      │ → a_data  │  │ → b_data  │  │ → c_data  │
      └─────┬─────┘  └─────┬─────┘  └─────┬─────┘
          ┌─┴────────────┐ │              │
          │   ┌──────────┼─┴────────────┐ │
          │   │          │   ┌──────────┼─┴─┐
          ▼   ▼          ▼   ▼          ▼   ▼
      ┌───────────┐  ┌───────────┐  ┌───────────┐
      │     y     │  │     x     │  │     z     │
      │ → y_data  │  │ → x_data  │  │ → z_data  │
      └───────────┘  └───────────┘  └───────────┘
      "
    `);
  });

  test("all of one layer linked with all of the next", () => {
    expect(drawLinks("a b c -> d e f")).toMatchInlineSnapshot(`
      "
      ┌───────────┐  ┌───────────┐  ┌───────────┐
      │     a     │  │     b     │  │     c     │
      │ → a_data  │  │ → b_data  │  │ → c_data  │
      └─────┬─────┘  └─────┬─────┘  └─────┬─────┘
            ├──────────────╋──────────────┤
            ▼              ▼              ▼
      ┌───────────┐  ┌───────────┐  ┌───────────┐
      │     d     │  │     e     │  │     f     │
      │ → d_data  │  │ → e_data  │  │ → f_data  │
      └───────────┘  └───────────┘  └───────────┘
      "
    `);
  });

  test("external datasets next to their readers", () => {
    expect(
      draw([
        { name: "clean", inputs: ["raw_users"], outputs: ["clean_users"] },
        { name: "enrich", inputs: ["clean_users", "countries"], outputs: ["users"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
                       ╔═══════════╗
                       ║ raw_users ║
                       ║  (file)   ║
                       ╚═════╤═════╝
                             ▼
      ╔═══════════╗  ┌───────────────┐
      ║ countries ║  │     clean     │
      ║  (file)   ║  │ → clean_users │
      ╚═════╤═════╝  └───────┬───────┘
            └───────┬────────┘
                    ▼
               ┌─────────┐
               │ enrich  │
               │ → users │
               └─────────┘
      "
    `);
  });

  test("several outputs", () => {
    expect(
      draw([
        { name: "split", inputs: ["flights"], outputs: ["train", "test"] },
        { name: "fit", inputs: ["train"], outputs: ["model"] },
        { name: "evaluate", inputs: ["test", "model"], outputs: ["a", "b", "c", "d", "e"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
           ╔═════════╗
           ║ flights ║
           ║ (file)  ║
           ╚════╤════╝
                ▼
           ┌─────────┐
           │  split  │
           │ → train │
           │ → test  │
           └────┬────┘
           ┌────┴──┐
           ▼       │
      ┌─────────┐  │
      │   fit   │  │
      │ → model │  │
      └────┬────┘  │
           └───┬───┘
               ▼
        ┌─────────────┐
        │  evaluate   │
        │     → a     │
        │     → b     │
        │     → c     │
        │ → … 2 more  │
        └─────────────┘
      "
    `);
  });

  test("parts without a link", () => {
    expect(drawLinks("a -> b\nx -> y\nlone")).toMatchInlineSnapshot(`
      "
      ┌───────────┐  ┌───────────┐  ┌─────────────┐
      │     a     │  │     x     │  │    lone     │
      │ → a_data  │  │ → x_data  │  │ → lone_data │
      └─────┬─────┘  └─────┬─────┘  └─────────────┘
            ▼              ▼
      ┌───────────┐  ┌───────────┐
      │     b     │  │     y     │
      │ → b_data  │  │ → y_data  │
      └───────────┘  └───────────┘
      "
    `);
  });

  test("wide and combining characters", () => {
    expect(
      draw([
        { name: "利用者", outputs: ["users"] },
        { name: "de\u0301part", inputs: ["users"] },
      ]),
    ).toMatchInlineSnapshot(`
      "
      ┌─────────┐
      │ 利用者  │
      │ → users │
      └────┬────┘
           ▼
      ┌─────────┐
      │ départ  │
      └─────────┘
      "
    `);
  });
});

describe("folds", () => {
  test("60 tasks: siblings first, as they are more", () => {
    expect(
      drawLinks(`extract -> ${names("load", 48).join(" ")} -> join -> ${names("step", 10).join(" -> ")}`),
    ).toMatchInlineSnapshot(`
      "
            ┌─────────────────┐
            │     extract     │
            │ → extract_data  │
            └────────┬────────┘
                     ▼
      ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
      ┆ load_1, load_2 … (48 tasks) ┆
      └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
                     ▼
              ┌─────────────┐
              │    join     │
              │ → join_data │
              └──────┬──────┘
                     ▼
             ┌───────────────┐
             │    step_1     │
             │ → step_1_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_2     │
             │ → step_2_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_3     │
             │ → step_3_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_4     │
             │ → step_4_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_5     │
             │ → step_5_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_6     │
             │ → step_6_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_7     │
             │ → step_7_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_8     │
             │ → step_8_data │
             └───────┬───────┘
                     ▼
             ┌───────────────┐
             │    step_9     │
             │ → step_9_data │
             └───────┬───────┘
                     ▼
            ┌─────────────────┐
            │     step_10     │
            │ → step_10_data  │
            └─────────────────┘

      Folded: load_1, load_2, load_3, load_4, load_5, load_6, load_7, load_8, load_9, load_10, load_11, load_12 … (48 tasks)
      "
    `);
  });

  test("a chain", () => {
    expect(
      drawLinks(`users -> ${names("step", 40).join(" -> ")} -> report\nusers -> report`),
    ).toMatchInlineSnapshot(`
      "
                      ┌───────────────┐
                      │     users     │
                      │ → users_data  │
                      └───────┬───────┘
                     ┌────────┴────────┐
                     ▼                 │
      ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐  │
      ┆ step_1 ⋯ step_40 (40 tasks) ┆  │
      └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘  │
                     └────────┬────────┘
                              ▼
                      ┌───────────────┐
                      │    report     │
                      │ → report_data │
                      └───────────────┘

      Folded: step_1, step_2, step_3, step_4, step_5, step_6, step_7, step_8, step_9, step_10, step_11, step_12 … (40 tasks)
      "
    `);
  });

  test("chains that became siblings", () => {
    const links = names("table", 21).map(
      (table) => `extract -> ${table} -> clean_${table} -> check_${table} -> join`,
    );
    expect(drawLinks(links.join("\n"), 80)).toMatchInlineSnapshot(`
      "
                 ┌─────────────────┐
                 │     extract     │
                 │ → extract_data  │
                 └────────┬────────┘
                          ▼
      ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
      ┆ table_1 ⋯ check_table_1 … (63 tasks)  ┆
      └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
                          ▼
                   ┌─────────────┐
                   │    join     │
                   │ → join_data │
                   └─────────────┘

      Folded: table_1, clean_table_1, check_table_1, table_2 … (63 tasks)
      "
    `);
  });

  test("whole layers where nothing else helps", () => {
    const layers = [1, 2, 3].map((layer) => names(`layer_${layer}`, 20));
    const links = layers
      .slice(1)
      .flatMap((layer, above) =>
        layer.map(
          (task, index) => `${layers[above]?.[index]} ${layers[above]?.[(index * 7 + 1) % 20]} -> ${task}`,
        ),
      );
    expect(drawLinks(links.join("\n"))).toMatchInlineSnapshot(`
      "
             ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
             ┆ 28 tasks of layer 1 ┆
             └┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┘
                        ▼
             ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
             ┆ 16 tasks of layer 2 ┆
             └┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┘
                        ▼
      ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
      ┆ layer_3_1, layer_3_2 … (16 tasks) ┆
      └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘

      Folded: layer_1_1, layer_1_2 … (28 tasks); layer_2_1, layer_2_2 … (16 tasks); layer_3_1, layer_3_2 … (16 tasks)
      "
    `);
  });
});

describe("keeps to the width", () => {
  test("shortens texts", () => {
    const links =
      "extract_customer_records -> clean_customer_records enrich_customer_records -> join_customer_records";
    expect(drawLinks(links, 50)).toMatchInlineSnapshot(`
      "
                 ┌───────────────────┐
                 │ extract_cus…cords │
                 │ → extract_c…_data │
                 └─────────┬─────────┘
                ┌──────────┴───────────┐
                ▼                      ▼
      ┌───────────────────┐  ┌───────────────────┐
      │ clean_custo…cords │  │ enrich_cust…cords │
      │ → clean_cus…_data │  │ → enrich_cu…_data │
      └─────────┬─────────┘  └─────────┬─────────┘
                └──────────┬───────────┘
                           ▼
                 ┌───────────────────┐
                 │ join_custom…cords │
                 │ → join_cust…_data │
                 └───────────────────┘
      "
    `);
  });

  test("draws titles only", () => {
    expect(drawLinks(`extract -> ${names("load", 8).join(" ")} -> join`, 110)).toMatchInlineSnapshot(`
      "
                                                   ┌─────────┐
                                                   │ extract │
                                                   └────┬────┘
           ┌────────────┬────────────┬────────────┬─────┴──────┬────────────┬────────────┬────────────┐
           ▼            ▼            ▼            ▼            ▼            ▼            ▼            ▼
      ┌─────────┐  ┌─────────┐  ┌─────────┐  ┌─────────┐  ┌─────────┐  ┌─────────┐  ┌─────────┐  ┌─────────┐
      │ load_1  │  │ load_2  │  │ load_3  │  │ load_4  │  │ load_5  │  │ load_6  │  │ load_7  │  │ load_8  │
      └────┬────┘  └────┬────┘  └────┬────┘  └────┬────┘  └────┬────┘  └────┬────┘  └────┬────┘  └────┬────┘
           └────────────┴────────────┴────────────┴─────┬──────┴────────────┴────────────┴────────────┘
                                                        ▼
                                                    ┌───────┐
                                                    │ join  │
                                                    └───────┘
      "
    `);
  });

  test("folds siblings", () => {
    expect(drawLinks(`extract -> ${names("load", 8).join(" ")} -> join`, 60)).toMatchInlineSnapshot(`
      "
            ┌─────────────────┐
            │     extract     │
            │ → extract_data  │
            └────────┬────────┘
                     ▼
      ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
      ┆ load_1, load_2 … (8 tasks)  ┆
      └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
                     ▼
              ┌─────────────┐
              │    join     │
              │ → join_data │
              └─────────────┘

      Folded: load_1, load_2, load_3, load_4, load_5 … (8 tasks)
      "
    `);
  });
});

/** Up to 30 tasks; each reads from some before it and perhaps from an external dataset. */
const randomTasks = fc
  .array(
    fc.record({
      upstream: fc.array(fc.nat(29), { maxLength: 4 }),
      external: fc.option(fc.constantFrom("raw_a", "raw_b", "raw_c"), { freq: 4 }),
      padding: fc.nat(12),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((tasks) => {
    const nameOf = (index: number) => `t${index}${"x".repeat(tasks[index]?.padding ?? 0)}`;
    return tasks.map(({ upstream, external }, index): TaskSketch => {
      const read = [...new Set(index === 0 ? [] : upstream.map((task) => task % index))];
      const inputs = [...read.map((task) => `d${task}`), ...(external === null ? [] : [external])];
      return { name: nameOf(index), inputs, outputs: [`d${index}`] };
    });
  });

describe("any graph", () => {
  test("can be read back from its drawing", () => {
    fc.assert(
      fc.property(randomTasks, (tasks) => {
        const graph = makeGraph({ tasks });
        const text = render(graph, { width: 10_000 });
        const { boxes, links } = readDrawing(text);
        const external = graph.pipeline.external;
        expect(
          boxes
            .filter((box) => !box.isExternal)
            .map((box) => box.texts[0])
            .sort(),
        ).toEqual(tasks.map((task) => task.name).sort());
        expect(
          boxes
            .filter((box) => box.isExternal)
            .map((box) => box.texts[0])
            .sort(),
        ).toEqual(external);

        const producer = new Map(tasks.map((task) => [task.outputs?.[0], task.name]));
        const expected = tasks.flatMap((task) =>
          (task.inputs ?? []).map((dataset) => `${producer.get(dataset) ?? dataset} -> ${task.name}`),
        );
        expect(links).toEqual(expected.sort());
        expect(text).not.toMatch(/ $/m);
        expect(render(graph, { width: 10_000 })).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps to the width", () => {
    fc.assert(
      fc.property(randomTasks, fc.integer({ min: 80, max: 200 }), (tasks, width) => {
        const lines = render(makeGraph({ tasks }), { width }).split("\n");
        expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
      }),
      { numRuns: 200 },
    );
  });
});

describe("10,000 tasks", () => {
  const count = 10_000;
  const task = (index: number, upstream: readonly number[]): TaskSketch => ({
    name: `t${index}`,
    inputs: upstream.map((other) => `d${other}`),
    outputs: [`d${index}`],
  });
  const cases: Readonly<Record<string, (index: number) => TaskSketch>> = {
    "in a chain": (index) => task(index, index === 0 ? [] : [index - 1]),
    "side by side": (index) => task(index, []),
    "below one": (index) => task(index, index === 0 ? [] : [0]),
    "each reading an external dataset of its own": (index) => ({
      ...task(index, index === 0 ? [] : [index - 1]),
      inputs: [...(index === 0 ? [] : [`d${index - 1}`]), `raw_${index}`],
    }),
    "in a ladder": (index) =>
      task(
        index,
        [index - 1, index - 2].filter((other) => other >= 0),
      ),
    "in 100 layers": (index) => {
      const layer = Math.floor(index / 100);
      const above = [index * 7, index * 31, index * 57].map((place) => (layer - 1) * 100 + (place % 100));
      return task(index, layer === 0 ? [] : [...new Set(above)]);
    },
    "at random": (index) => task(index, index === 0 ? [] : [(index * 48_271) % index]),
  };
  test.each(Object.entries(cases))("%s", (_, sketch) => {
    const tasks = Array.from({ length: count }, (_, index) => sketch(index));
    const lines = render(makeGraph({ tasks })).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines.at(-1)).toMatch(/^Folded: /);
  });
});
