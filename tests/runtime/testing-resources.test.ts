/** `testPipeline` with resources, as a user's test of a pipeline with a database would have it. */
import { expect, it } from "vitest";
import { makeProject, runNode } from "../hosts/support/tspc.js";

const files = {
  "src/resources.ts": `import { type Resource, resource } from "@glacier-ts/core";
export interface Client { query(text: string): Promise<string[]>; [Symbol.dispose]?(): void }
export const Db = resource("db", { open: (): Client => { throw new Error("no test opens this"); } });
export type Db = Resource.Of<typeof Db>;
`,
  "src/pipeline.ts": `import { type Dataset, pipeline } from "@glacier-ts/core";
import { Db } from "./resources.js";
export type Users = Dataset<"users", string[]>;
export const extract = async (db: Db): Promise<Users> => await db.query("users");
export const count = (users: Users): Dataset<"total", number> => users.length;
export const people = pipeline({ name: "people", tasks: [extract, count], resources: [Db] });
`,
  "src/people.test.ts": `import { testPipeline } from "@glacier-ts/runtime/testing";
import { people } from "./pipeline.js";
const asked: string[] = [];
const fake = {
  query: async (text: string) => { asked.push(text); return ["Ada"]; },
  [Symbol.dispose]: () => { asked.push("disposed"); },
};
const whole = await testPipeline(people, { resources: { db: fake } });
const without = await testPipeline(people, { given: { users: ["Ada", "Bob"] } });
const missing = await testPipeline(people, {}).catch((error) => error.message);
console.log(JSON.stringify({ whole: whole.datasets, without: without.datasets, asked, missing }));
`,
};

it("gives tasks what the test has instead, and opens and closes nothing", async () => {
  const args = ["--import", "@glacier-ts/plugin/register", "src/people.test.ts"];
  const { stdout, stderr, exitCode } = await runNode(makeProject(files), args);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(JSON.parse(stdout)).toEqual({
    whole: { total: 1 },
    without: { total: 2 },
    asked: ["users"],
    missing:
      "GLA5046: Resource 'db', which task 'extract' takes, could not be opened: Error: a test opens no resource: give it, `resources: { db: … }`",
  });
});
