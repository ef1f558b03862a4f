/** `glacier rename dataset` through the real command: the diff, what --write does, and its exit codes. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";
import { analytics, broken } from "./analytics.js";

const rename = (folder: string, ...args: readonly string[]) =>
  glacier(folder, ["rename", "dataset", ...args]);

const diff = `\
--- a/src/tasks.ts
+++ b/src/tasks.ts
@@ -1,14 +1,14 @@
 import { type Dataset, task } from "@glacier-ts/core";
 
 export interface User { id: number; name: string }
-export type RawUsers = Dataset<"raw_users", User[]>;
+export type People = Dataset<"people", User[]>;
 export type CleanUsers = Dataset<"clean_users", User[]>;
 export type Metrics = Dataset<"metrics", { total: number; names: string[] }>;
 
-export async function extract(): Promise<RawUsers> {
+export async function extract(): Promise<People> {
   return [{ id: 1, name: " Ada" }, { id: 2, name: "Alan\\u001b[2J" }];
 }
-export const clean = task({ retries: 0 }, (users: RawUsers): CleanUsers =>
+export const clean = task({ retries: 0 }, (users: People): CleanUsers =>
   users.map((user) => ({ ...user, name: user.name.trim() })));
 export function summarise(users: CleanUsers): Metrics {
   return { total: users.length, names: users.map((user) => user.name) };
`;

describe("glacier rename dataset", () => {
  it("prints the diff, writes with --write, and the project is then the renamed one", async () => {
    const project = makeProject(analytics);
    expect(await rename(project.folder, "raw_users", "people")).toEqual({
      stdout: `${diff}\nWould rename dataset 'raw_users' to 'people' in 4 places in 1 file; --write does it.\n`,
      stderr: "",
      code: 0,
    });
    expect(project.read("src/tasks.ts")).toBe(analytics["src/tasks.ts"]);

    chmodSync(project.path("src/tasks.ts"), 0o640);
    expect(await rename(project.folder, "raw_users", "people", "--write")).toEqual({
      stdout: `${diff}\nRenamed dataset 'raw_users' to 'people' in 4 places in 1 file. Build the project again.\n`,
      stderr: "",
      code: 0,
    });
    expect(statSync(project.path("src/tasks.ts")).mode & 0o777).toBe(0o640);
    const { code, stdout } = await glacier(project.folder, ["run", "--keep", "people"]);
    expect(stdout).toContain("\npeople\n");
    expect(code).toBe(0);
    expect((await rename(project.folder, "people", "raw_users", "--write")).code).toBe(0);
    expect(project.read("src/tasks.ts")).toBe(analytics["src/tasks.ts"]);
  });

  it("tells programs, with a diff that git applies; line ends and a byte order mark stay", async () => {
    const files = Object.fromEntries(
      Object.entries(analytics).map(([file, text]) => [file, `\ufeff${text.replaceAll("\n", "\r\n")}`]),
    );
    const project = makeProject(files);
    const found = await rename(project.folder, "metrics", "kpis", "--json");
    expect(found).toMatchObject({ stderr: "", code: 0 });
    const answer = JSON.parse(found.stdout);
    expect(answer).toMatchObject({
      ok: true,
      diagnostics: [],
      files: ["src/tasks.ts"],
      isWritten: false,
      untouched: [],
    });
    const applied = makeProject(files);
    execFileSync("git", ["apply", "-"], { cwd: applied.folder, input: answer.diff });
    await rename(project.folder, "metrics", "kpis", "--write");
    const text = readFileSync(project.path("src/tasks.ts"), "utf8");
    expect(text).toBe(files["src/tasks.ts"]?.replaceAll("Metrics", "Kpis").replace('"metrics"', '"kpis"'));
    expect(applied.read("src/tasks.ts")).toBe(text);
  });

  it("warns of stored data that has to be moved, and says which strings stay", async () => {
    const project = makeProject({
      "src/users.ts": `\
import { type Dataset, dataset, pipeline } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
export const Users = dataset("users", { storage: file({ path: "data/users.csv" }) }).of<{ id: number }[]>();
export const count = (_: Dataset.Of<typeof Users>): Dataset<"total", number> => "users".length;
export const people = pipeline({ name: "people", tasks: [count] });
`,
    });
    const { stdout, stderr, code } = await rename(project.folder, "users", "visitors", "--write");
    expect(code).toBe(0);
    expect(stderr).toBe(`\
src/users.ts:3:63 - warning GLA4030: The path of dataset 'users' changes from 'data/users.csv' to 'data/visitors.csv': move what is stored there.
  3 | export const Users = dataset("users", { storage: file({ path: "data/users.csv" }) }).of<{ id: number }[]>();
    |                                                               ~~~~~~~~~~~~~~~~

Found 1 warning in 1 file.
`);
    expect(stdout).toContain("\nsrc/users.ts:4:81 has the same text, means something else and stays.\n");
  });

  it.each([
    [
      "an unknown dataset",
      ["raw_user", "people"],
      2,
      "error GLA4024: The project has no dataset 'raw_user'.\n  hint: did you mean 'raw_users'?\n",
    ],
    [
      "a name that is taken",
      ["raw_users", "metrics"],
      2,
      "src/tasks.ts:6:13 - error GLA4025: The project has a dataset 'metrics' already.\n",
    ],
    [
      "a name that is none",
      ["raw_users", "people!"],
      2,
      "error GLA1007: 'people!' cannot be the name of a dataset.\n",
    ],
    ["one name only", ["raw_users"], 2, "error: missing required argument 'to'\n"],
  ])("refuses %s", async (_, args, code, message) => {
    const project = makeProject(analytics);
    const refused = await rename(project.folder, ...args);
    expect(refused).toMatchObject({ stdout: "", code });
    expect(refused.stderr.startsWith(message)).toBe(true);
  });

  it("refuses a project with errors, and one that is not there", async () => {
    const project = makeProject(broken);
    const refused = await rename(project.folder, "raw_users", "people", "--write");
    expect(refused).toMatchObject({ stdout: "", code: 1 });
    expect(refused.stderr).toMatch(/^src\/pipeline\.ts:4:\d+ - error GLA3002: /);
    expect(project.read("src/tasks.ts")).toBe(broken["src/tasks.ts"]);
    const missing = await rename(project.folder, "raw_users", "people", "--project", "nowhere");
    expect(missing).toMatchObject({ stdout: "", code: 2 });
    expect(missing.stderr).toMatch(/^error GLA4008: /);
  });

  it("refuses a file that is not written in UTF-8", async () => {
    const project = makeProject(analytics);
    const text = Buffer.from(analytics["src/tasks.ts"] ?? "", "utf8");
    writeFileSync(project.path("src/tasks.ts"), Buffer.concat([text, Buffer.from([0x2f, 0x2f, 0xe4, 0x0a])]));
    const refused = await rename(project.folder, "raw_users", "people", "--write");
    expect(refused).toMatchObject({ stdout: "", code: 1 });
    expect(refused.stderr).toMatch(
      /^error GLA4020: Cannot edit 'src\/tasks\.ts': it is not written in UTF-8\.\n/,
    );
  });
});
