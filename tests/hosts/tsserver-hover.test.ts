/** What a real tsserver with the plugin says of datasets, tasks and pipelines. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeEditorProject, startServer } from "./support/editor.js";
import { Tsserver } from "./support/tsserver.js";

const datasets = `import { dataset, type Dataset } from "@glacier-ts/core";
import { s3 } from "@glacier-ts/core/storage";

interface User { id: number; name: string; tags?: string[]; home: { city: string; zip: string | null } }

/** Users as the API has them. */
export type RawUsers = Dataset<"raw_users", string[]>;
export const CleanUsers = dataset("clean_users", { storage: s3({ bucket: "lake", prefix: "cl\`ean/" }) }).of<User[]>();
export type CleanUsers = Dataset.Of<typeof CleanUsers>;
export type Scores = Dataset<"scores", Map<string, number>>;
export interface Log extends Dataset<"log", { line: string }> {}
`;
const tasks = `import { type Dataset, compute, task } from "@glacier-ts/core";
import type { CleanUsers as Clean, RawUsers, Scores } from "./datasets.js";

export function extract(): RawUsers | null {
  return ["Ada"];
}
export const clean = task({ compute: compute.serverless({ memory: 512 }), retries: 2 }, (users: RawUsers | null, scores?: Scores): Clean =>
  (users ?? []).map((name, id) => ({ id, name, home: { city: "", zip: null }, rank: scores?.get(name) })));
export const print = task({}, (users: Clean, raw: Dataset<"raw_users", string[]>): void => console.log(users, raw));
`;
const pipeline = `import { pipeline } from "@glacier-ts/core";
import { clean, extract, print } from "./tasks.js";

const also = print;
export const analytics = pipeline({ name: "analytics", tasks: [extract, clean, also] });
`;

const files = { "src/datasets.ts": datasets, "src/tasks.ts": tasks, "src/pipeline.ts": pipeline };
let editor: Tsserver;
beforeAll(() => {
  editor = new Tsserver(makeEditorProject(files));
  for (const file of Object.keys(files)) editor.open(file);
});
afterAll(() => editor.stop());

const rawUsers = `Dataset \`raw_users\`

- produced by \`extract\` (src/tasks.ts:4)
- consumed by \`clean\` (src/tasks.ts:7), \`print\` (src/tasks.ts:9)
- declared at \`src/datasets.ts:7\`

\`\`\`ts
string[]
\`\`\``;

const cleanUsers = `Dataset \`clean_users\`

- produced by \`clean\` (src/tasks.ts:7)
- consumed by \`print\` (src/tasks.ts:9)
- stored in s3: bucket \`lake\`, prefix \`\` cl\`ean/ \`\`
- declared at \`src/datasets.ts:8\`, \`src/datasets.ts:9\`

\`\`\`ts
{
  home: { city: string; zip: null | string };
  id: number;
  name: string;
  tags?: string[];
}[]
\`\`\``;

it("says of a dataset who makes it, who reads it, where it is and what is in it, wherever it is named", async () => {
  expect(await editor.hover("src/tasks.ts", tasks, "RawUsers | null {")).toBe(
    `Users as the API has them.\n\n${rawUsers}`,
  );
  expect(await editor.hover("src/tasks.ts", tasks, '"raw_users"')).toBe(rawUsers);
  expect(await editor.hover("src/datasets.ts", datasets, '"raw_users"')).toBe(rawUsers);
  const ofCleanUsers = [
    await editor.hover("src/tasks.ts", tasks, "CleanUsers as"),
    await editor.hover("src/tasks.ts", tasks, "Clean,"),
    await editor.hover("src/tasks.ts", tasks, "Clean =>"),
    await editor.hover("src/datasets.ts", datasets, "CleanUsers = dataset"),
    await editor.hover("src/datasets.ts", datasets, "CleanUsers = Dataset.Of"),
    await editor.hover("src/datasets.ts", datasets, "CleanUsers>"),
    await editor.hover("src/datasets.ts", datasets, '"clean_users"'),
  ];
  expect([...new Set(ofCleanUsers)]).toEqual([cleanUsers]);
  expect(await editor.hover("src/datasets.ts", datasets, "Scores =")).toBe(`Dataset \`scores\`

- produced by no task
- consumed by \`clean\` (src/tasks.ts:7)
- declared at \`src/datasets.ts:10\`

\`\`\`ts
Map<string, number>
\`\`\``);
});

it("says of a dataset that is an interface what it is", async () => {
  const log = `Dataset \`log\`

- produced by no task
- consumed by no task
- declared at \`src/datasets.ts:11\`

\`\`\`ts
{
  line: string;
}
\`\`\``;
  expect(await editor.hover("src/datasets.ts", datasets, "Log extends")).toBe(log);
  expect(await editor.hover("src/datasets.ts", datasets, '"log"')).toBe(log);
});

it("says of a task what it reads and produces", async () => {
  expect(await editor.hover("src/tasks.ts", tasks, "extract()")).toBe(`Task \`extract\`

- reads no dataset
- produces \`raw_users\` or nothing for \`clean\` (src/tasks.ts:7), \`print\` (src/tasks.ts:9)
- in pipeline \`analytics\` (src/pipeline.ts:5)`);
  const clean = `Task \`clean\`

- reads \`raw_users\` from \`extract\` (src/tasks.ts:4)
- reads \`scores\` (optional) from no task
- produces \`clean_users\` for \`print\` (src/tasks.ts:9)
- runs in serverless: memory \`512\`, retries \`2\`
- in pipeline \`analytics\` (src/pipeline.ts:5)`;
  expect(await editor.hover("src/pipeline.ts", pipeline, "clean, extract")).toBe(clean);
  expect(await editor.hover("src/pipeline.ts", pipeline, "clean, also]")).toBe(clean);
  expect(await editor.hover("src/pipeline.ts", pipeline, "also]")).toContain("Task `print`");
});

it("draws a small pipeline", async () => {
  const drawn = `Pipeline \`analytics\`

- 3 tasks: \`extract\` → \`clean\` → \`print\`
- sources: \`extract\`
- sinks: \`print\`

\`\`\`text
      ┌─────────────┐
      │   extract   │
      │ → raw_users │
      └──────┬──────┘
        ┌────┴─────┐
        ▼          │
┌───────────────┐  │
│     clean     │  │
│ → clean_users │  │
└───────┬───────┘  │
        └────┬─────┘
             ▼
         ┌───────┐
         │ print │
         └───────┘
\`\`\``;
  expect(await editor.hover("src/pipeline.ts", pipeline, "analytics =")).toBe(drawn);
  expect(await editor.hover("src/pipeline.ts", pipeline, '"analytics"')).toBe(drawn);
});

it("leads to what it names, in editors that take links", async () => {
  expect(await editor.hover("src/pipeline.ts", pipeline, "clean, also]", true)).toBe(`Task \`clean\`

- reads \`raw_users\` from [\`extract\`](src/tasks.ts:4:17) (src/tasks.ts:4)
- reads \`scores\` (optional) from no task
- produces \`clean_users\` for [\`print\`](src/tasks.ts:9:14) (src/tasks.ts:9)
- runs in serverless: memory \`512\`, retries \`2\`
- in pipeline [\`analytics\`](src/pipeline.ts:5:14) (src/pipeline.ts:5)`);
});

it("shows names and places as they are, whatever Markdown makes of them", async () => {
  const text = `import { dataset, task } from "@glacier-ts/core";\nimport { file } from "@glacier-ts/core/storage";\nexport const Rows = dataset("rows", { storage: file({ path: "a\`b" }) }).of<{ "x|y": 1 }>();\nexport const read = task({}, (rows: typeof Rows extends { "~payload"?: infer T } ? import("@glacier-ts/core").Dataset<"rows", T & {}> : never): void => void rows);\n`;
  const other = startServer(makeEditorProject({ "src/__rows__/a.ts": text }));
  other.open("src/__rows__/a.ts");
  expect(await other.hover("src/__rows__/a.ts", text, "Rows =")).toBe(`Dataset \`rows\`

- produced by no task
- consumed by \`read\` (\`src/__rows__/a.ts:4\`)
- stored in file: path \`\` a\`b \`\`
- declared at \`src/__rows__/a.ts:3\`

\`\`\`ts
{
  "x|y": 1;
}
\`\`\``);
});

it("says nothing of other names", async () => {
  expect(await editor.hover("src/tasks.ts", tasks, "users ?? []")).toBe("");
  expect(await editor.hover("src/datasets.ts", datasets, "User {")).toBe("");
});
