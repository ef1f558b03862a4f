/** Completion of dataset types through a real tsserver, and what accepting one changes. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { EditedProject } from "./support/edited-project.js";
import { makeEditorProject } from "./support/editor.js";
import { type Completion, Tsserver } from "./support/tsserver.js";

const datasets = `import { dataset, type Dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface User { id: number; name: string }
export type Other = Dataset<"other", Date[]>;
export type Names = Dataset<"names", string[]>;
export const Stored = dataset("stored", { storage: file({ path: "stored.json" }) }).of<User[]>();
export type Stored = Dataset.Of<typeof Stored>;
export type RawUsers = Dataset<"raw_users", User[]>;
export const Bare = dataset("bare", {}).of<User[]>();
`;
const head = `import { task } from "@glacier-ts/core";
import type { RawUsers as Raw } from "./datasets.js";

export function extract(): Raw { return [{ id: 1, name: "" }]; }
`;
const pipeline = `import { pipeline } from "@glacier-ts/core";\nimport { extract } from "./tasks.js";\nexport const p = pipeline({ name: "p", tasks: [extract] });\n`;

const files = { "src/datasets.ts": datasets, "src/tasks.ts": head, "src/pipeline.ts": pipeline };
let project: EditedProject;
beforeAll(() => {
  project = new EditedProject(new Tsserver(makeEditorProject(files)), files);
});
afterAll(() => project.server.stop());

/** What is completed at `¦`, of the datasets. */
async function complete(project: EditedProject, text: string) {
  const at = `${head}${text}`.indexOf("¦");
  const source = `${head}${text.replace("¦", "")}`;
  project.write({ "src/tasks.ts": source });
  const all = await project.server.completions("src/tasks.ts", source, at);
  const isDataset = ({ name }: Completion) => /^(Raw|RawUsers|Names|Stored|Other|.*Bare.*)$/.test(name);
  return {
    project,
    source,
    at,
    all,
    datasets: all.filter(isDataset),
    first: all.slice(0, 6).map(({ name }) => name),
  };
}

/** Puts a completion where the cursor is, with what it changes elsewhere. */
async function accept(
  { project, source, at }: Awaited<ReturnType<typeof complete>>,
  entry: Completion | undefined,
) {
  if (!entry) throw new Error("There is no such completion");
  const { changes, documentation } = await project.server.completionDetails(
    "src/tasks.ts",
    source,
    at,
    entry,
  );
  const start = source.slice(0, at).search(/\w*$/);
  // The imports are above: the place of the name is still right after them.
  project.write({ "src/tasks.ts": source.slice(0, start) + entry.name + source.slice(at) });
  project.apply(changes);
  return { text: project.text("src/tasks.ts"), documentation };
}

it("offers for a parameter what is produced, then what is stored, then the others", async () => {
  for (const text of [
    "export const count = task({}, (users: ¦): void => void users);\n",
    "export const count = task({}, (users: ¦) => void users);\n",
    "export function count(users: ¦) {}\n",
    "export const tasks = { count(users: ¦) {} };\n",
  ]) {
    const { datasets, first } = await complete(project, text);
    const names = ["Raw", "RawUsers", "Stored", "Other", "Names", "Dataset.Of<typeof Bare>"];
    expect(first).toEqual(names);
    expect(datasets.map(({ labelDetails }) => labelDetails?.description)).toEqual([
      "raw_users",
      "raw_users, from ./datasets.js",
      "stored, from ./datasets.js",
      "other, from ./datasets.js",
      "names, from ./datasets.js",
      "bare",
    ]);
  }
});

it("offers what is written already, but not what the function names elsewhere", async () => {
  for (const [text, order] of [
    ["export function f(users: Raw¦): void {}\n", "000000"],
    ["export function f(users: Raw, again: Raw¦): void {}\n", "z11"],
    ["export function f(users: Raw¦): Raw { return users; }\n", "z11"],
    ["export function f(users: Raw): Raw¦ { return users.slice(); }\n", "z11"],
    ["export function f(): Raw¦ { return []; }\n", "000004"],
  ] as const) {
    const { datasets } = await complete(project, text);
    const raw = datasets.find(({ name, source }) => name === "Raw" && source === undefined);
    expect([text, raw?.sortText]).toEqual([text, order]);
  }
});

it("offers for a return type what the function returns, and the others last", async () => {
  for (const [text, first, last] of [
    ["export function f(users: Raw): N¦ {\n  return users.map(({ name }) => name);\n}\n", ["Names"], ["Raw"]],
    [
      "export async function f(users: Raw): Promise<¦> {\n  return users.map(({ name }) => name);\n}\n",
      ["Names"],
      ["Raw", "Other", "RawUsers", "Stored"],
    ],
    [
      "export const f = (users: Raw): ¦ => users.map((user) => ({ ...user }));\n",
      ["Stored", "Dataset.Of<typeof Bare>"],
      ["Raw", "Names", "Other", "RawUsers"],
    ],
    // Without its type the body of a function looks like one, so nothing is known of what it returns.
    [
      "export function f(users: Raw): ¦ {\n  return users.map(({ name }) => name);\n}\n",
      ["Other", "Names", "Stored", "Dataset.Of<typeof Bare>"],
      ["Raw", "RawUsers"],
    ],
    [
      "export function f(): { a: ¦ } { throw 1; }\n",
      ["Other", "Names", "Stored", "Dataset.Of<typeof Bare>", "Raw", "RawUsers"],
      [],
    ],
  ] as const) {
    const { datasets, all } = await complete(project, text);
    expect(all.slice(0, first.length).map(({ name }) => name)).toEqual(first);
    const unfitting = datasets.filter(({ sortText }) => sortText.startsWith("z"));
    expect(unfitting.map(({ name }) => name)).toEqual(last);
  }
});

it("leaves completion as it is where no dataset belongs", async () => {
  for (const text of [
    "function f(users: ¦) {}\n",
    "export function f() { const names: ¦ = []; }\n",
    "export function f(users: Array<¦>) {}\n",
    "export function f(users: { ¦ }) {}\n",
    "[1].map((users: ¦) => 1);\n",
  ]) {
    const { datasets } = await complete(project, text);
    const ours = datasets.filter(
      ({ sortText, source }) => !/^1\d$/.test(sortText) || source === "@glacier-ts/plugin",
    );
    expect(ours).toEqual([]);
  }
});

it.for([false, true])("imports what is accepted, with verbatimModuleSyntax %s", async (isVerbatim) => {
  const own = isVerbatim ? EditedProject.of(files, { verbatimModuleSyntax: true }) : project;
  const found = await complete(
    own,
    "export const f = (users: Raw): ¦ => users.map((user) => ({ ...user }));\n",
  );
  const stored = await accept(
    found,
    found.datasets.find(({ name }) => name === "Stored"),
  );
  const rest = (type: string) =>
    `${head.slice(head.indexOf("\n\n"))}export const f = (users: Raw): ${type} => users.map((user) => ({ ...user }));\n`;
  expect(stored.text).toBe(
    `import { task } from "@glacier-ts/core";\nimport type { RawUsers as Raw, Stored } from "./datasets.js";${rest("Stored")}`,
  );
  expect(stored.documentation).toContain(
    "Dataset `stored`\n\n- produced by no task\n- consumed by no task\n- stored in file: path `stored.json`",
  );
  expect(await own.problems()).toEqual([]);

  const again = await complete(
    own,
    "export const f = (users: Raw): ¦ => users.map((user) => ({ ...user }));\n",
  );
  const bare = await accept(
    again,
    again.datasets.find(({ name }) => name === "Dataset.Of<typeof Bare>"),
  );
  expect(bare.text).toBe(
    `import { ${isVerbatim ? "task, type Dataset" : "Dataset, task"} } from "@glacier-ts/core";\nimport type { Bare, RawUsers as Raw } from "./datasets.js";${rest("Dataset.Of<typeof Bare>")}`,
  );
  expect(bare.documentation).toContain("Dataset `bare`\n\n- produced by no task");
  expect(await own.problems()).toEqual([]);
});
