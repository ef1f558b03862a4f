/** What `@glacier-ts/runtime/testing` gives to users, as they would use it: a test of theirs in a process of its own. */
import { expect, it } from "vitest";
import { makeProject, runNode } from "../hosts/support/tspc.js";

const datasets = `import { dataset, type Dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
export interface User {
  id: number;
  /** @minLength 1 */
  name: string;
  born?: Date;
  friends: User[];
}
export const RawUsers = dataset("raw_users", { storage: file({ path: "nowhere.json" }) }).of<User[]>();
export type RawUsers = Dataset.Of<typeof RawUsers>;
export const CleanUsers = dataset("clean_users", { storage: file({ path: "clean.json" }) }).of<User[]>();
export type CleanUsers = Dataset.Of<typeof CleanUsers>;
export type Total = Dataset<"total", number>;
export type Report = Dataset<"report", string>;
`;

const tasks = `import { type Param, type Secret, task, type TaskContext } from "@glacier-ts/core";
import type { CleanUsers, RawUsers, Report, Total } from "./datasets.js";
export function clean(users: RawUsers, context: TaskContext): CleanUsers {
  context.progress(1, 2);
  context.log.warn("cleaning", { users: users.length });
  return users.filter(({ name }) => name !== "nobody");
}
let failures = 1;
export const count = task({ retries: 2 }, (users: CleanUsers): Total => {
  if (failures-- > 0) throw new Error("once");
  return users.length;
});
export const write = (total: Total, unit: Param<"unit", string>, key: Secret<"KEY">): Report =>
  \`\${total} \${unit} \${key.length}\`;
`;

const pipeline = `import { pipeline } from "@glacier-ts/core";
import * as tasks from "./tasks.js";
export const people = pipeline({ name: "people", tasks });
`;

const userTest = `import { fakeContext, fixtureOf, fixturesOf, testPipeline } from "@glacier-ts/runtime/testing";
import { existsSync } from "node:fs";
import { people } from "./pipeline.js";
import { clean } from "./tasks.js";

const ada = { id: 1, name: "Ada", friends: [] };
const nobody = { id: 2, name: "nobody", friends: [] };

const whole = await testPipeline(people, {
  given: { raw_users: [ada, nobody] },
  params: { unit: "users" },
  secrets: { KEY: "abc" },
});
const inner = await testPipeline(people, {
  given: { clean_users: [ada, ada, ada] },
  keep: ["total"],
  params: { unit: "users" },
  secrets: { KEY: "" },
});
const missing = await testPipeline(people, { params: { unit: "" }, secrets: { KEY: "" } }).catch(String);
const context = fakeContext({ attempt: 2 });
const cleaned = clean([ada, nobody], context);
const fixtures = fixturesOf(people, "raw_users", 50, { seed: 7 });
const users = fixtures.flat();
console.log(
  JSON.stringify({
    whole: whole.datasets,
    stored: [...whole.stored],
    written: existsSync("clean.json"),
    attempts: whole.events.filter((event) => event.type === "task-retrying").length,
    inner: inner.datasets,
    innerTasks: [...inner.tasks].map(([id, status]) => id + " " + status),
    missing,
    cleaned,
    attempt: context.attempt,
    logged: context.logged,
    progressed: context.progressed,
    hasSome: users.length > 20,
    areUsers: users.every(
      ({ id, name, born, friends }) =>
        typeof id === "number" &&
        name.length > 0 &&
        (born === undefined || born instanceof Date) &&
        Array.isArray(friends),
    ),
    haveFriends: users.some(({ friends }) => friends.length > 0),
    isSame: JSON.stringify(fixtureOf(people, "raw_users")) === JSON.stringify(fixtureOf(people, "raw_users")),
  }),
);
`;

it("runs a pipeline without its storages, calls tasks with a fake context, and makes fixtures", async () => {
  const folder = makeProject({
    "src/datasets.ts": datasets,
    "src/tasks.ts": tasks,
    "src/pipeline.ts": pipeline,
    "src/people.test.ts": userTest,
  });
  const { stdout, stderr, exitCode } = await runNode(folder, [
    "--import",
    "@glacier-ts/plugin/register",
    "src/people.test.ts",
  ]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const ada = { id: 1, name: "Ada", friends: [] };
  expect(JSON.parse(stdout)).toEqual({
    whole: { report: "1 users 3" },
    stored: [["clean_users", [ada]]],
    written: false,
    attempts: 1,
    inner: { report: "3 users 0", total: 3 },
    innerTasks: ["src/tasks.ts#count succeeded", "src/tasks.ts#write succeeded"],
    missing:
      "RunError: GLA5045: Dataset 'raw_users' is read from its storage, which a test does not do.\n  hint: give it: `given: { raw_users: … }`",
    cleaned: [ada],
    attempt: 2,
    logged: [{ level: "warn", message: "cleaning", fields: { users: 2 } }],
    progressed: [{ done: 1, total: 2 }],
    hasSome: true,
    areUsers: true,
    haveFriends: true,
    isSame: true,
  });
});
