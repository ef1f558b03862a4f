/** What a rename takes for the dataset, what it leaves alone, and what it refuses. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { applyEdits, renameDataset } from "@glacier-ts/analyzer/rename";
import { renderDiagnostic } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { sharedConfig } from "./support/compile.js";
import { linkPackages, tempFolder, writeFiles } from "./support/temp-project.js";

type Files = Readonly<Record<string, string>>;

const core = 'import { dataset, type Dataset, pipeline, task } from "@glacier-ts/core";\n';
const pipelineOf = (...tasks: string[]) =>
  `export const analytics = pipeline({ name: "analytics", tasks: [${tasks.join(", ")}] });\n`;

/** Renames `users` to `people`. @returns the files that change, or the rendered problems, and what stays */
function rename(files: Files, names = { from: "users", to: "people" }) {
  const folder = tempFolder();
  linkPackages(folder);
  writeFiles(folder, {
    "tsconfig.json": JSON.stringify(sharedConfig),
    "package.json": '{ "type": "module" }',
    ...files,
  });
  const opened = renameDataset(folder, names);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { result, readSource } = opened.value;
  if (!result.ok) {
    return {
      refused: result.failure.map((problem) => renderDiagnostic(problem, { readSource })).join("\n\n"),
    };
  }
  const texts = [...result.value.edits].map(([file, edits]) => [
    path.relative(folder, file),
    applyEdits(readFileSync(file, "utf8"), edits),
  ]);
  return {
    changed: Object.fromEntries(texts) as Files,
    untouched: result.value.untouched.map(({ line, column }) => `${line}:${column}`),
    warnings: result.value.warnings.map(({ message }) => message),
  };
}

/** A program in one file, with the renamed parts written as `‹before|after›`. */
function expectRenamed(marked: string) {
  const before = marked.replace(/‹([^|›]*)\|([^›]*)›/g, "$1");
  const after = marked.replace(/‹([^|›]*)\|([^›]*)›/g, "$2");
  const renamed = rename({ "src/pipeline.ts": before });
  expect(renamed.refused).toBeUndefined();
  expect(renamed.changed?.["src/pipeline.ts"]).toBe(after);
  return renamed;
}

describe("types", () => {
  it("in every way to write them", () => {
    expectRenamed(`${core}
type Names = { readonly input: "‹users|people›"; readonly other: "total" };
type Table<Name extends string, Row> = Dataset<Name, readonly Row[]>;
type Label = \`‹users|people›\`;
export type ‹Users|People› = Dataset<"‹users|people›", string[]>;
export type Aliased = import("@glacier-ts/core").Dataset<'‹users|people›', string[]>;

export const extract = (): Table<"‹users|people›", string> => ["Ada"];
export const a = (users: Dataset<Names["input"], readonly string[]>): Dataset<"a", number> => users.length;
export const b = (users: Dataset<Label, readonly string[]>): Dataset<"b", number> => users.length;
export const c = (users: readonly string[] & Dataset<"‹users|people›", readonly string[]>): Dataset<"c", number> => users.length;
export type IsUsers<T> = T extends Dataset<"‹users|people›", infer Row> ? Row : never;
export type Same = [‹Users|People›, Aliased, Names["other"]];
${pipelineOf("extract", "a", "b", "c")}`);
  });

  it("of interfaces", () => {
    expectRenamed(`${core}
export interface ‹Users|People› extends Dataset<"‹users|people›", { total: number }> {}
export const extract = (): ‹Users|People› => ({ total: 1 });
${pipelineOf("extract")}`);
  });

  it("with a name that a constant, an enum member or a property holds", () => {
    expectRenamed(`${core}
const users = "‹users|people›";
const fixed = users;
enum Name { Users = "‹users|people›", Total = "total" }
const names = { users: "‹users|people›", total: "total" } as const;
const list = ["total", "‹users|people›"] as const;
const { taken } = { taken: "d" } as const;
const { users: shared } = names;
export const e = (users: Dataset<typeof shared, string[]>): Dataset<"e", number> => users.length;

export const ‹Users|People› = dataset(fixed).of<string[]>();
export const extract = (): Dataset<typeof names.users, string[]> => ["Ada"];
export const a = (users: Dataset<Name.Users, string[]>): Dataset<"a", number> => users.length;
export const b = (users: Dataset<(typeof list)[1], string[]>): Dataset<(typeof names)["total"], number> => users.length;
export const d = (users: Dataset<"‹\\u0075sers|people›", string[]>): Dataset<typeof taken, number> => users.length;
export const c = (users: Dataset.Of<typeof ‹Users|People›>, total: Dataset<Name.Total, number>): Dataset<"c", number> => users.length + total;
${pipelineOf("extract", "a", "b", "c", "d", "e")}`);
  });

  it("that a helper makes of its argument", () => {
    const { untouched } = expectRenamed(`${core}
function wrap<Name extends string, Row>(name: Name, rows: Row[]): Dataset<Name, Row[]> {
  if (name.length === 0) throw new Error(name);
  return rows;
}
function log(text: string): string {
  return text;
}
export const extract = () => wrap("‹users|people›", [log("users")]);
export const a = (users: Dataset<"‹users|people›", string[]>): Dataset<"a", number> => users.length;
${pipelineOf("extract", "a")}`);
    expect(untouched).toEqual(["10:49"]);
  });
});

describe("a run", () => {
  it("keeps it, and gives it back under its name", () => {
    const { untouched } = expectRenamed(`import type { Executor } from "@glacier-ts/core";
${core}
export const extract = (): Dataset<"‹users|people›", string[]> => ["Ada"];
export const count = (users: Dataset<"‹users|people›", string[]>): Dataset<"total", number> => users.length;
${pipelineOf("extract", "count")}
export async function main(executor: Executor) {
  const run = await analytics.run({ executor, keep: ["‹users|people›"] });
  const { ‹users|people: users›, total } = run.datasets;
  const { datasets: { "‹users|people›": again } } = run;
  const kept = { executor, keep: ["total", "‹users|people›"] } as const;
  const { datasets } = await analytics.run(kept);
  const expected: typeof run.datasets = { ‹users|people›: ["Ada"], total: 1 };
  const short: typeof run.datasets = { ‹users|people: users›, total };
  const picked: Pick<typeof run.datasets, "‹users|people›">["‹users|people›"] = users;
  const first: typeof run.datasets.‹users|people› = picked;
  const payload = { users: first, text: "users" };
  return [users, total, again, datasets.‹users|people›, run.datasets?.["‹users|people›"], expected, short, payload.users];
}
`);
    expect(untouched).toHaveLength(1);
  });

  it("under a key that is written with escapes", () => {
    const program = `import type { Executor } from "@glacier-ts/core";
${core}
export const count = (): Dataset<"users", number> => 1;
${pipelineOf("count")}
export async function main(executor: Executor) {
  const { datasets: { 'us\\u0065rs': users } } = await analytics.run({ executor });
  return users;
}
`;
    const { changed } = rename({ "src/pipeline.ts": program });
    expect(changed?.["src/pipeline.ts"]).toContain("const { datasets: { 'people': users } } = await");
  });

  it("under a name that is no identifier", () => {
    const program = `import type { Executor } from "@glacier-ts/core";
${core}
export const count = (): Dataset<"users", number> => 1;
${pipelineOf("count")}
export async function main(executor: Executor) {
  const { datasets } = await analytics.run({ executor });
  const { users } = datasets;
  return users + datasets.users;
}
`;
    const { changed } = rename({ "src/pipeline.ts": program }, { from: "users", to: "all-users" });
    expect(changed?.["src/pipeline.ts"]).toContain(
      'const { "all-users": users } = datasets;\n  return users + datasets["all-users"];',
    );
  });
});

it("goes through lists of more elements than a call takes arguments", () => {
  const { changed } = rename({
    "src/data.ts": `/** Of users. */\nexport const ages = [${"1,".repeat(150_000)}];\n`,
    "src/pipeline.ts": `${core}export const extract = (): Dataset<"users", string[]> => ["Ada"];
${pipelineOf("extract")}`,
  });
  expect(Object.keys(changed ?? {})).toEqual(["src/pipeline.ts"]);
});

describe("what is named after it", () => {
  it("is renamed wherever it is referred to", () => {
    const files = {
      "src/datasets.ts": `${core}export const Users = dataset("users").of<string[]>();
export type Users = Dataset.Of<typeof Users>;
export type Total = Dataset<"total", number>;
`,
      "src/index.ts": 'export * from "./datasets.js";\nexport { Users as Everybody } from "./datasets.js";\n',
      "src/tasks.ts": `import type { Users as Rows } from "./datasets.js";
import type * as all from "./index.js";
export const extract = (): Rows => ["Ada"];
export const count = (Users: all.Users): all.Total => Users.length;
`,
      "src/pipeline.ts": `import { pipeline } from "@glacier-ts/core";
import { Users } from "./index.js";
import * as tasks from "./tasks.js";
export const holder = { Users };
export const analytics = pipeline({ name: "analytics", tasks });
`,
    };
    expect(rename(files).changed).toEqual({
      "src/datasets.ts": files["src/datasets.ts"]
        .replace("const Users", "const People")
        .replace('"users"', '"people"')
        .replace("type Users", "type People")
        .replace("typeof Users", "typeof People"),
      "src/index.ts": files["src/index.ts"].replace("{ Users as", "{ People as"),
      "src/tasks.ts": files["src/tasks.ts"]
        .replace("{ Users as Rows }", "{ People as Rows }")
        .replace("all.Users", "all.People"),
      "src/pipeline.ts": files["src/pipeline.ts"]
        .replace("{ Users } from", "{ People } from")
        .replace("{ Users };", "{ Users: People };"),
    });
  });

  it.each([
    ["a declaration", "export type People = string;", "People = string", 6, 13],
    [
      "a parameter where it is used",
      "export const f = (People: string, users: Users) => [People, users];",
      "",
      6,
      19,
    ],
  ])("is not renamed onto %s", (_, line, __, row, column) => {
    const { refused } = rename({
      "src/pipeline.ts": `${core}export type Users = Dataset<"users", string[]>;
export const extract = (): Users => ["Ada"];
${pipelineOf("extract")}
${line}
`,
    });
    expect(refused).toMatch(
      new RegExp(
        `^src/pipeline\\.ts:${row}:${column} - error GLA4028: 'Users' cannot become 'People': there is another 'People'\\.`,
      ),
    );
  });

  it("is not renamed onto something global that the file uses", () => {
    const program = `${core}export type Users = Dataset<"users", Date[]>;
export const extract = (): Users => [new Date()];
${pipelineOf("extract")}`;
    const { refused } = rename({ "src/pipeline.ts": program }, { from: "users", to: "date" });
    expect(refused).toMatch(/^src\/pipeline\.ts:2:38 - error GLA4028: 'Users' cannot become 'Date'/);
  });
});

describe("storage", () => {
  it("is renamed where a segment of its path is the name", () => {
    const { warnings } = expectRenamed(`${core}import { env } from "@glacier-ts/core";
import { file, s3 } from "@glacier-ts/core/storage";
const root = "data";
const prefix = \`\${root}/‹users|people›/v1\`;
export const ‹Users|People› = dataset("‹users|people›", { storage: s3({ bucket: env("users"), prefix }) }).of<string[]>();
export const Total = dataset("total", { storage: file({ path: "users/users.json" }) }).of<number>();
export const extract = (): Dataset.Of<typeof ‹Users|People›> => ["Ada"];
export const count = (users: Dataset.Of<typeof ‹Users|People›>): Dataset.Of<typeof Total> => users.length;
${pipelineOf("extract", "count")}`);
    expect(warnings).toEqual([
      "The prefix of dataset 'users' changes from 'data/users/v1' to 'data/people/v1': move what is stored there.",
    ]);
  });

  it("is renamed as a file, with every ending; not as a part of another word, nor in a package", () => {
    expectRenamed(`${core}import { file } from "@glacier-ts/core/storage";
export const ‹Users|People› = dataset("‹users|people›", { storage: file({ path: "users_2/all-users/‹users|people›.csv" }) }).of<{ id: number }[]>();
export const count = (users: Dataset.Of<typeof ‹Users|People›>): Dataset<"total", number> => users.length;
${pipelineOf("count")}`);
    const packaged = `${core}import { file } from "@glacier-ts/core/storage";
export const Rows = dataset("users", { storage: file({ package: "vega-datasets", path: "data/users.csv" }) }).of<{ id: number }[]>();
export const count = (users: Dataset.Of<typeof Rows>): Dataset<"total", number> => users.length;
${pipelineOf("count")}`;
    const { changed, warnings } = rename({ "src/pipeline.ts": packaged });
    expect(changed?.["src/pipeline.ts"]).toBe(packaged.replace('dataset("users"', 'dataset("people"'));
    expect(warnings).toEqual([]);
  });

  it("stays where others share the constant", () => {
    const program = `${core}import { s3 } from "@glacier-ts/core/storage";
const prefix = "users/";
export const Rows = dataset("users", { storage: s3({ bucket: "b", prefix }) }).of<string[]>();
export const Other = dataset("other", { storage: s3({ bucket: "c", prefix }) }).of<string[]>();
export const copy = (users: Dataset.Of<typeof Rows>): Dataset.Of<typeof Other> => users.slice();
${pipelineOf("copy")}`;
    const { changed } = rename({ "src/pipeline.ts": program });
    expect(changed?.["src/pipeline.ts"]).toBe(program.replace('dataset("users"', 'dataset("people"'));
  });
});

describe("nothing else", () => {
  it("of the same text, or that begins with it", () => {
    const { untouched } = expectRenamed(`${core}
/** The users, and "users". */
interface User { users: string; kind: "users"; clean_users: number }
export type CleanUsers = Dataset<"users_clean", User[]>;
export type UsersBackup = Dataset<"users.backup", User[]>;
export type ‹Users|People› = Dataset<"‹users|people›", User[]>;
const users = { users: "users" };
export const extract = (): ‹Users|People› => [{ users: users.users, kind: "users", clean_users: 1 }];
export const users_clean = task({ tags: ["users"] }, (users: ‹Users|People›): CleanUsers => users.filter((user) => user.kind === "users"));
export const users_backup = (users: CleanUsers): UsersBackup => users.slice();
export type Keys = Pick<User, "users">;
${pipelineOf("extract", "users_clean", "users_backup")}`);
    expect(untouched).toHaveLength(6);
  });
});

describe("what it refuses", () => {
  it("a constant that is something else as well", () => {
    const { refused } = rename({
      "src/pipeline.ts": `${core}const name = "users";
enum Name { Users = "users" }
export const extract = (): Dataset<typeof name, string[]> => [name];
export const count = (users: Dataset<Name.Users, string[]>): Dataset<"total", number> => users.length;
export const all = Object.values(Name);
${pipelineOf("extract", "count")}`,
    });
    expect(refused).toBe(`\
src/pipeline.ts:2:14 - error GLA4026: This is the name of dataset 'users', and something else as well.
  hint: give the dataset's name a declaration of its own
  2 | const name = "users";
    |              ~~~~~~~
  src/pipeline.ts:4:63 - used here as something else
    4 | export const extract = (): Dataset<typeof name, string[]> => [name];
      |                                                               ~~~~

src/pipeline.ts:3:21 - error GLA4026: This is the name of dataset 'users', and something else as well.
  hint: give the dataset's name a declaration of its own
  3 | enum Name { Users = "users" }
    |                     ~~~~~~~
  src/pipeline.ts:6:34 - used here as something else
    6 | export const all = Object.values(Name);
      |                                  ~~~~`);
  });

  it("a name that the program puts together", () => {
    const { refused } = rename({
      "src/pipeline.ts": `${core}interface Rows { users: string[] }
type Of<Key extends keyof Rows> = Dataset<Key, Rows[Key]>;
type All = { [Key in keyof Rows]: Of<Key> };
export const extract = (): All[keyof All] => ["Ada"];
${pipelineOf("extract")}`,
    });
    expect(refused).toBe(`\
src/pipeline.ts:5:28 - error GLA4027: The name 'users' is put together by the program, so there is no one place to change.
  hint: write the name out, or rename its parts by hand
  5 | export const extract = (): All[keyof All] => ["Ada"];
    |                            ~~~~~~~~~~~~~~`);
  });

  it("what would leave the project with errors", () => {
    const { refused } = rename({
      "src/pipeline.ts": `${core}interface Rows { users: string[] }
type Of<Key extends keyof Rows> = Dataset<Key, Rows[Key]>;
export const extract = (): Of<"users"> => ["Ada"];
${pipelineOf("extract")}`,
    });
    expect(refused).toContain(`\
src/pipeline.ts:4:31 - error GLA4029: Without dataset 'users' this is wrong: TS2344: Type '"people"' does not satisfy the constraint '"users"'.`);
  });

  it.each([
    [
      "a dataset that is not there",
      { from: "user", to: "people" },
      "error GLA4024: The project has no dataset 'user'.\n  hint: did you mean 'users'?",
    ],
    [
      "a name that is no name",
      { from: "users", to: "-people" },
      "error GLA1007: '-people' cannot be the name of a dataset.",
    ],
    [
      "a name that is taken",
      { from: "users", to: "total" },
      "src/pipeline.ts:4:13 - error GLA4025: The project has a dataset 'total' already.",
    ],
    [
      "the same name",
      { from: "users", to: "users" },
      "src/pipeline.ts:2:13 - error GLA4025: The project has a dataset 'users' already.",
    ],
  ])("%s", (_, names, expected) => {
    const program = `${core}export type Users = Dataset<"users", string[]>;
export const extract = (): Users => ["Ada"];
export type Total = Dataset<"total", number>;
export const count = (users: Users): Total => users.length;
${pipelineOf("extract", "count")}`;
    expect(rename({ "src/pipeline.ts": program }, names).refused?.startsWith(expected)).toBe(true);
  });

  it("a project with errors", () => {
    const { refused } = rename({
      "src/pipeline.ts": `${core}export const extract = (): Dataset<"users", string[]> => 1;\n`,
    });
    expect(refused).toMatch(/^src\/pipeline\.ts:2:58 - error TS2322: /);
  });
});
