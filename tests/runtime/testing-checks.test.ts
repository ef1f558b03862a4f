/** `testPipeline` with checks, as a user's test would have it. */
import { expect, it } from "vitest";
import { makeProject, runNode } from "../hosts/support/tspc.js";

const files = {
  "src/pipeline.ts": `import { check, type Dataset, dataset, type Param, pipeline } from "@glacier-ts/core";
import { references, unique } from "@glacier-ts/core/checks";
import { file } from "@glacier-ts/core/storage";
export type Users = Dataset<"users", string[]>;
export type Total = Dataset<"total", number>;
export const Known = dataset("known", { storage: file({ path: "nowhere.json" }) }).of<string[]>();
export type Known = Dataset.Of<typeof Known>;
export const extract = (): Users => { throw new Error("no test calls this"); };
export const count = (users: Users): Total => users.length;
export const uniqueUsers = check("unique_users", (users: Users) => unique(users, (user) => user));
export const knownUsers = check("known_users", { severity: "warn" }, (users: Users, known: Known) =>
  references(users, (user) => user, known, (user) => user));
export const few = check("few", (total: Total, most: Param<"most", number>) => total <= most);
export const people = pipeline({ name: "people", tasks: [extract, count], checks: [uniqueUsers, knownUsers, few] });
`,
  "src/people.test.ts": `import { testPipeline } from "@glacier-ts/runtime/testing";
import { people } from "./pipeline.js";
const params = { most: 2 };
const found = ({ checks = [], warnings = [] }: Awaited<ReturnType<typeof run>>) =>
  [...checks.map(({ check, passed }) => [check, passed]), ...warnings.map(({ code }) => code)];
const run = (given: { users: string[]; known?: string[] }) => testPipeline(people, { params, given });
const good = found(await run({ users: ["Ada", "Bob"] }));
const unknown = found(await run({ users: ["Ada", "Bob"], known: ["Ada"] }));
const twice = await run({ users: ["Ada", "Ada"] }).catch((error) => error.message);
console.log(JSON.stringify({ good, unknown, twice }));
`,
};

it("runs those that look at what is given or made", async () => {
  const args = ["--import", "@glacier-ts/plugin/register", "src/people.test.ts"];
  const { stdout, stderr, exitCode } = await runNode(makeProject(files), args);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const { good, unknown, twice } = JSON.parse(stdout);
  expect(good).toEqual([
    ["unique_users", true],
    ["few", true],
  ]);
  expect(unknown.toSorted()).toEqual([
    "GLA5076",
    ["few", true],
    ["known_users", false],
    ["unique_users", true],
  ]);
  expect(twice).toContain(
    "GLA5075: Check 'unique_users' did not pass (reads 'users'): key repeated in 1 of 2 rows, such as row 2 (\"Ada\").",
  );
});
