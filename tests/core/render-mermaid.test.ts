import { render } from "@glacier-ts/core";
import { expect, test } from "vitest";
import { makeGraph } from "./make-graph.js";

const mermaid = (sketch: Parameters<typeof makeGraph>[0]) => render(makeGraph(sketch), { format: "mermaid" });

test("tasks, external datasets and what passes between them", () => {
  const graph = mermaid({
    tasks: [
      { name: "split", inputs: ["flights-2024.raw"], outputs: ["train", "test"] },
      { name: "fit", inputs: ["train"], outputs: ["model"] },
      { name: "evaluate", inputs: ["model", "test", "train"], outputs: ["score", "plot"] },
      { name: "end", inputs: ["train", "test"] },
    ],
  });
  expect(graph).toMatchInlineSnapshot(`
    "flowchart TD
      dataset_flights_2d_2024_2e_raw[("flights-2024.raw")]
      task_split["split"]
      task_fit["fit"]
      task_evaluate["evaluate<br/>→ score<br/>→ plot"]
      task_end["end"]
      dataset_flights_2d_2024_2e_raw --> task_split
      task_fit -->|"model"| task_evaluate
      task_split -->|"test, train"| task_end
      task_split -->|"test, train"| task_evaluate
      task_split -->|"train"| task_fit"
  `);
});

test("a single task", () => {
  expect(mermaid({ tasks: [{ name: "extract" }] })).toMatchInlineSnapshot(`
    "flowchart TD
      task_extract["extract"]"
  `);
});

test("names that Mermaid, Markdown or HTML would read as something else", () => {
  const graph = mermaid({
    tasks: [
      { name: 'o"x`#<b>&amp;\\N$$x$$', inputs: ["__all__"], outputs: ["_a_", "b"] },
      { name: "été_表", inputs: ["_a_", "b"], outputs: ["snake_case"] },
      { name: "$1", inputs: ["b"] },
      { name: "_24_1", inputs: ["b"] },
    ],
  });
  expect(graph).toMatchInlineSnapshot(`
    "flowchart TD
      dataset___all__[("#95;#95;all#95;#95;")]
      task_o_22_x_60__23__3c_b_3e__26_amp_3b__5c_N_24__24_x_24__24_["o#34;x#96;#35;#60;b#62;#38;amp#59;#92;N#36;#36;x#36;#36;"]
      task__e9_t_e9___8868_["été_表<br/>→ snake_case"]
      task__24_1["#36;1"]
      task__24_1_2["#95;24_1"]
      dataset___all__ --> task_o_22_x_60__23__3c_b_3e__26_amp_3b__5c_N_24__24_x_24__24_
      task_o_22_x_60__23__3c_b_3e__26_amp_3b__5c_N_24__24_x_24__24_ -->|"b"| task__24_1
      task_o_22_x_60__23__3c_b_3e__26_amp_3b__5c_N_24__24_x_24__24_ -->|"b"| task__24_1_2
      task_o_22_x_60__23__3c_b_3e__26_amp_3b__5c_N_24__24_x_24__24_ -->|"#95;a#95;, b"| task__e9_t_e9___8868_"
  `);
});
