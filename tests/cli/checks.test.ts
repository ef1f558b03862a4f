/** Checks of data, as the command runs, keeps and shows them. */
import { expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject, makeSharedProject } from "../rig/temp-project.js";

const files = {
  "src/tasks.ts": `\
import { type Dataset, task } from "@glacier-ts/core";
export interface User { id: number; name: string }
export type RawUsers = Dataset<"raw_users", User[]>;
export type CleanUsers = Dataset<"clean_users", User[]>;
export type Total = Dataset<"total", number>;
export type Live = Dataset<"live", AsyncIterable<User>>;
export type Seen = Dataset<"seen", number>;
export const extract = (): RawUsers => [{ id: 1, name: "Ada" }, { id: 2, name: "Bob" }, { id: 2, name: "" }];
export const clean = (users: RawUsers): CleanUsers => users.slice();
export const count = (users: CleanUsers): Total => { console.error("counting"); return users.length; };
async function* rows(users: RawUsers) { for (const user of users) yield user; }
export const follow = (users: RawUsers): Live => rows(users);
export const see = task({}, async (users: Live): Promise<Seen> => { let seen = 0; for await (const _ of users) seen++; return seen; });
`,
  "src/checks.ts": `\
import { check, compute, type Param, type Secret } from "@glacier-ts/core";
import { inRange, rowCount, unique } from "@glacier-ts/core/checks";
import type { CleanUsers, Live, RawUsers } from "./tasks.js";
export const uniqueIds = check("unique_ids", (users: CleanUsers) => unique(users, (user) => user.id));
export const fewUsers = check("few_users", { severity: "warn" }, (users: CleanUsers) => rowCount(users, { max: 2 }));
export const enough = check("enough", (users: CleanUsers, least: Param<"least", number>) => users.length >= least);
export const ids = check("ids", { compute: compute.local({ workers: 1 }) }, (users: Live) => inRange(users, (user) => user.id, { min: 1 }));
export const leaks = check("leaks", (users: RawUsers, key: Secret<"KEY">) => ({ passed: false, message: "with " + key }));
`,
  "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import * as checks from "./checks.js";
import { clean, count, extract, follow, see } from "./tasks.js";
const tasks = [extract, clean, count] as const;
export const stopped = pipeline({ name: "stopped", tasks, checks: [checks.uniqueIds] });
export const warned = pipeline({ name: "warned", tasks, checks: [checks.fewUsers] });
export const resumed = pipeline({ name: "resumed", tasks, checks: [checks.enough] });
export const streamed = pipeline({ name: "streamed", tasks: [extract, follow, see], checks: [checks.ids] });
export const leaking = pipeline({ name: "leaking", tasks, checks: [checks.leaks] });
`,
};
const shared = makeSharedProject(files);

async function run(folder: string, pipeline: string, ...options: string[]) {
  const { stdout, stderr, code } = await glacier(folder, ["run", pipeline, "--json", ...options]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { tasks = {}, diagnostics, checks, datasets } = lines.at(-1);
  return {
    code,
    stdout,
    stderr,
    tasks: Object.fromEntries(Object.entries(tasks).map(([id, status]) => [id.split("#")[1], status])),
    problems: diagnostics.map(
      (each: Record<string, string>) => `${each.severity} ${each.code}: ${each.message}`,
    ),
    checks,
    datasets,
    events: lines.filter(({ type }) => type === "datasets-checked"),
  };
}
const show = async (folder: string, ...line: string[]) => (await glacier(folder, line)).stdout;

it("lets nobody read what has not passed; what was found is told, kept and shown", async () => {
  const { folder } = shared;
  const found = "key repeated in 1 of 3 rows";
  const text = `Check 'unique_ids' did not pass (reads 'clean_users'): ${found}, such as row 3 (2).`;
  const { code, tasks, problems, checks, events, stderr } = await run(folder, "stopped");
  expect(code).toBe(1);
  expect(stderr).not.toContain("counting");
  expect(tasks).toEqual({
    extract: "succeeded",
    clean: "succeeded",
    count: "cancelled",
    uniqueIds: "failed",
  });
  expect(problems).toEqual([`error GLA5075: ${text}`]);
  const outcome = {
    task: "src/checks.ts#uniqueIds",
    check: "unique_ids",
    severity: "error",
    passed: false,
    message: found,
    failedRows: 1,
    examples: [{ row: 3, value: 2 }],
    datasets: [{ dataset: "clean_users", version: expect.any(String) }],
  };
  expect(checks).toEqual([{ ...outcome, durationMs: expect.any(Number) }]);
  expect(events).toEqual([expect.objectContaining(outcome)]);

  const shown = await show(folder, "runs", "show", "last");
  expect(shown).toContain(text);
  expect(shown).toMatch(/unique_ids +failed +1 +clean_users +key repeated in 1 of 3 rows/);
  const { run: kept } = JSON.parse(await show(folder, "runs", "show", "last", "--json"));
  expect(kept.checks).toEqual([expect.objectContaining({ ...outcome, runId: kept.id })]);
});

it("lets readers run once the data is good; the newest result is shown with the dataset", async () => {
  const project = makeProject(files);
  expect((await run(project.folder, "stopped")).code).toBe(1);
  project.write({
    "src/tasks.ts": project.read("src/tasks.ts").replace('id: 2, name: ""', 'id: 3, name: ""'),
  });
  expect(await run(project.folder, "stopped")).toMatchObject({
    code: 0,
    problems: [],
    datasets: { total: 3 },
    tasks: { uniqueIds: "succeeded", count: "succeeded" },
  });
  expect(await run(project.folder, "stopped")).toMatchObject({
    tasks: { uniqueIds: "cached", count: "cached" },
  });
  expect(await show(project.folder, "datasets", "show", "clean_users")).toMatch(
    /unique_ids +passed \(cached\)/,
  );
  const shown = await show(project.folder, "datasets", "show", "clean_users", "--json");
  const { checks, consumers } = JSON.parse(shown).dataset;
  expect(checks).toMatchObject([{ check: "unique_ids", passed: true }]);
  expect(consumers).toEqual(["src/tasks.ts#count"]);
  // The code of a check is part of what its result is made of, and of no other.
  project.write({ "src/checks.ts": project.read("src/checks.ts").replace("user.id)", "user.name)") });
  expect(await run(project.folder, "stopped")).toMatchObject({
    tasks: { uniqueIds: "succeeded", count: "cached" },
  });
});

it("warns, also of a result that is used again", async () => {
  const { folder } = shared;
  const found = "there are 3 rows, expected from 0 to 2";
  const warning = `warning GLA5076: Check 'few_users' did not pass (reads 'clean_users'): ${found}.`;
  const first = await run(folder, "warned");
  expect(first).toMatchObject({ code: 0, problems: [warning], datasets: { total: 3 } });
  expect(first.tasks).toMatchObject({ fewUsers: "succeeded", count: "succeeded" });
  const second = await glacier(folder, ["run", "warned"]);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain(`! few_users  ${found}`);
  expect(second.stderr).toContain("GLA5076");
  expect(second.stdout).toMatch(/few_users +warned \(cached\) +clean_users +there are 3 rows/);
});

it("is asked again when a run that it has stopped is resumed", async () => {
  const { folder } = shared;
  expect(await run(folder, "resumed", "--param", "least=4")).toMatchObject({
    code: 1,
    tasks: { enough: "failed" },
  });
  const resumed = await run(folder, "resumed", "--resume", "--param", "least=3");
  expect(resumed).toMatchObject({
    code: 0,
    tasks: { clean: "cached", enough: "succeeded" },
    datasets: { total: 3 },
  });
});

it("looks at a whole stream before anybody else does, on a thread", async () => {
  expect(await run(shared.folder, "streamed")).toMatchObject({
    code: 0,
    datasets: { seen: 3 },
    checks: [{ check: "ids", passed: true }],
  });
});

it("shows no secret", async () => {
  shared.write({ ".secrets": "KEY=hush-hush" });
  const { problems, stdout } = await run(shared.folder, "leaking", "--secrets", shared.path(".secrets"));
  expect(problems).toEqual([
    "error GLA5075: Check 'leaks' did not pass (reads 'raw_users'): with ‹secret KEY›.",
  ]);
  expect(stdout).not.toContain("hush-hush");
});

it("is counted, and listed with the pipeline", async () => {
  expect(await show(shared.folder, "check")).toContain("5 pipelines with 5 tasks and 5 checks");
  const { pipelines } = JSON.parse(await show(shared.folder, "graph", "warned", "--json"));
  expect(pipelines).toMatchObject([{ checks: [{ name: "fewUsers", check: { severity: "warn" } }] }]);
});
