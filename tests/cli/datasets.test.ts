/** `glacier datasets`: what runs have made of datasets. */
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeSharedProject } from "../rig/temp-project.js";

const tasks = `\
import { type Dataset, dataset, pipeline, task, type Param } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface User { id: number; name: string; since: Date }
/** Users as they are kept. */
export const Users = dataset("users", { storage: file({ path: "out/users.ndjson" }) }).of<User[]>();
export type Users = Dataset.Of<typeof Users>;
export type Names = Dataset<"names", { name: string; letters?: number }[]>;
export type Count = Dataset<"count", number>;
export type Never = Dataset<"never", string>;

const since = new Date(0);
export const list = task({}, (users: Param<"users", number>): Users =>
  Array.from({ length: users }, (_, id) => ({ id, name: "user, " + id, since })));
export const name = task({}, (users: Users): Names =>
  users.map(({ id, name }) => (users.length > 2 ? { name, letters: id } : { name })));
export const count = task({}, (users: Users): Count | null => (users.length > 2 ? users.length : null));
export const users = pipeline({ name: "users", tasks: [list, name, count] });
export const report = task({}, (count: Count): Never => String(count));
export const reports = pipeline({ name: "reports", tasks: [list, count, report] });
`;

const project = makeSharedProject({ "src/tasks.ts": tasks });
let preparing: Promise<Record<string, string[]>> | undefined;

/** Runs the pipeline twice, once for all tests: with two users, then with three. @returns versions, newest first */
function prepare(): Promise<Record<string, string[]>> {
  preparing ??= runTwice();
  return preparing;
}

async function runTwice(): Promise<Record<string, string[]>> {
  for (const users of ["2", "3"]) {
    const run = await glacier(project.folder, ["run", "users", "--param", `users=${users}`]);
    expect(run).toMatchObject({ code: 0 });
  }
  const made = ["users", "names", "count"].map(async (name) => {
    const { stdout } = await glacier(project.folder, ["datasets", "show", name, "--json"]);
    const { materializations } = JSON.parse(stdout).dataset;
    return [name, materializations.map((each: { version: string | null }) => each.version)] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

/** How people name a version. @param index 0 for the latest */
async function short(name: string, index: number): Promise<string> {
  return (await prepare())[name]?.[index]?.slice(0, 8) ?? "";
}

async function datasets(...args: readonly string[]) {
  await prepare();
  const { stdout, stderr, code } = await glacier(project.folder, ["datasets", ...args]);
  // Times and runs differ from test to test.
  const plain = stdout
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<time>              ".slice(0, 19))
    .replace(/<time> +$/gm, "<time>")
    .replace(/(list) {2}[0-9a-f]{8}$/gm, "$1  <run>");
  return { stdout: plain, stderr, code };
}

describe("glacier datasets ls", () => {
  it("lists every dataset with its latest version", async () => {
    const { stdout, code } = await datasets("ls");
    expect(code).toBe(0);
    expect(stdout).toBe(`\
dataset  storage  rows   size  version   made                 by
count                    10 B  ${await await short("count", 0)}  <time>               count
names                3   64 B  ${await await short("names", 0)}  <time>               name
never
users    file        3  183 B  ${await await short("users", 0)}  <time>               list
`);
  });
});

describe("glacier datasets show", () => {
  it("shows where a dataset lives, its tasks and its versions", async () => {
    const { stdout, code } = await datasets("show", "users");
    expect(code).toBe(0);
    expect(stdout).toBe(`\
dataset      users
about        Users as they are kept.
declared at  src/tasks.ts:6
stored in    out/users.ndjson
made by      list
read by      count, name

version   rows   size  schema    made                 by    run
${await short("users", 0)}     3  183 B  9efa45fa  <time>               list  <run>
${await short("users", 1)}     2  122 B  9efa45fa  <time>               list  <run>
`);
  });

  it("says what was never made", async () => {
    expect((await datasets("show", "never")).stdout).toBe(`\
dataset      never
declared at  src/tasks.ts:10
stored in    memory; runs keep what it was
made by      report

No run has made it yet.
`);
  });
});

describe("glacier datasets head", () => {
  it("prints the first rows as a table", async () => {
    expect((await datasets("head", "users", "--rows", "2")).stdout).toBe(`\
id  name     since
 0  user, 0  1970-01-01T00:00:00.000Z
 1  user, 1  1970-01-01T00:00:00.000Z
`);
  });

  it("prints an earlier version as CSV and as JSON, by the schema", async () => {
    const before = await short("names", 1);
    expect((await datasets("head", "names", before, "-f", "csv")).stdout).toBe(
      'name,letters\n"user, 0",\n"user, 1",\n',
    );
    expect((await datasets("head", "users", "-n", "1", "-f", "json")).stdout).toBe(
      '[\n{"id":0,"name":"user, 0","since":"1970-01-01T00:00:00.000Z"}\n]\n',
    );
  });

  it("prints a value that is no rows", async () => {
    expect((await datasets("head", "count")).stdout).toBe("3\n");
  });

  it("tells programs the value and its version", async () => {
    const { stdout } = await datasets("head", "names", "--json", "-n", "1");
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      diagnostics: [],
      dataset: "names",
      version: (await prepare()).names?.[0],
      value: [{ name: "user, 0", letters: 0 }],
    });
  });
});

describe("glacier datasets diff", () => {
  it("says what was added and removed", async () => {
    const [before, after] = [await short("names", 1), await short("names", 0)];
    expect((await datasets("diff", "names", before, after)).stdout).toBe(`\
${before}: 2 rows
${after}: 3 rows
+ column letters
2 rows removed
- {"name":"user, 0"}
- {"name":"user, 1"}
3 rows added
+ {"name":"user, 0","letters":0}
+ {"name":"user, 1","letters":1}
+ {"name":"user, 2","letters":2}
`);
    expect((await datasets("diff", "names", after, after)).stdout).toBe(
      `${after}: 3 rows\n${after}: 3 rows\nThe rows are the same.\n`,
    );
  });
});

describe("what is not to be had is said", () => {
  type Args = () => readonly string[] | Promise<readonly string[]>;

  it.for<readonly [what: string, args: Args, code: number, problem: string]>([
    [
      "a dataset",
      () => ["head", "user"],
      2,
      "error GLA4024: The project has no dataset 'user'.\n  hint: did you mean 'users'?",
    ],
    [
      "a version",
      () => ["head", "names", "zzz"],
      1,
      "error GLA5063: No run has made version 'zzz' of dataset 'names'.",
    ],
    [
      "a former version of what is stored",
      async () => ["head", "users", await short("users", 1)],
      1,
      "error GLA5064: Version 'VERSION' of dataset 'users' is no longer to be had at out/users.ndjson.",
    ],
    [
      "what was never made",
      () => ["head", "never"],
      1,
      "error GLA5065: Nothing is kept of dataset 'never'.\n  hint: run its pipeline, or give the dataset a storage",
    ],
    [
      "what a run did not produce",
      () => ["head", "count", "nothing"],
      1,
      "error GLA5063: No run has made version 'nothing' of dataset 'count'.",
    ],
  ])("%s", async ([, args, code, problem]) => {
    const told = problem.replace("VERSION", await short("users", 1));
    const stderr = `${told}\n\nFound 1 error.\n`;
    expect(await datasets(...(await args()))).toEqual({ stdout: "", stderr, code });
  });
});
