/** `glacier run --watch`: what a saved file makes stale runs again, and nothing else. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startGlacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const tasks = `\
import { appendFileSync } from "node:fs";
import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
const note = (name: string) => appendFileSync("journal.txt", name + "\\n");
export const Source = dataset("source", { storage: file({ path: "source.json" }) }).of<number[]>();
export type Source = Dataset.Of<typeof Source>;
export type Sum = Dataset<"sum", number>;
export type Text = Dataset<"text", string>;
export function add(source: Source): Sum {
  note("add");
  return source.reduce((a, b) => a + b, 0);
}
export function write(sum: Sum): Text {
  note("write");
  return \`first \${sum}\`;
}
`;

it("runs again what a saved file makes stale, until it is interrupted", async () => {
  const project = makeProject({
    "source.json": "[1, 2]",
    "src/tasks.ts": tasks,
    "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import * as tasks from "./tasks.js";
export const p = pipeline({ name: "p", tasks });
`,
  });
  const journal = () => readFileSync(project.path("journal.txt"), "utf8").trim().split("\n");
  const command = startGlacier(project.folder, ["run", "--watch"]);
  await command.output("Waiting for changes.");
  expect(journal()).toEqual(["add", "write"]);

  project.write({ "src/tasks.ts": tasks.replace("first", "second") });
  await command.output("second 3");
  expect(journal()).toEqual(["add", "write", "write"]);

  // A mistake is shown, and mended.
  project.write({ "src/tasks.ts": tasks.replace("first", "third").replace(": Sum {", ": Sum { nonsense;") });
  await command.output("Cannot find name 'nonsense'");
  project.write({ "src/tasks.ts": tasks.replace("first", "third") });
  await command.output("third 3");

  project.write({ "source.json": "[1, 2, 3]" });
  await command.output("third 6");
  expect(journal()).toEqual(["add", "write", "write", "write", "add", "write"]);

  command.interrupt();
  const { code } = await command.finished;
  expect(code).toBe(0);
});
