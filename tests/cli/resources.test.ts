/** Resources through the real command. */
import { describe, expect, it } from "vitest";
import { glacier, startGlacier } from "../rig/glacier.js";
import { jsonLines } from "../rig/output.js";
import { makeProject } from "../rig/temp-project.js";

/** A client that keeps its process alive until it is closed, as a database's pool does. */
const resources = `\
import { appendFileSync } from "node:fs";
import { type Resource, resource } from "@glacier-ts/core";
const note = (text: string) => appendFileSync("journal.txt", text + "\\n");
export class Pool {
  readonly #timer = setInterval(() => {}, 1000);
  async query(text: string): Promise<string[]> {
    note("query " + text);
    return [text];
  }
  async end(): Promise<void> {
    clearInterval(this.#timer);
    note("close");
    if (process.env.BROKEN) throw new Error("reset by peer");
  }
}
export const Db = resource("db", {
  open: async () => {
    note("open");
    if (process.env.REFUSED) throw new Error("connect ECONNREFUSED");
    return new Pool();
  },
  close: (pool) => pool.end(),
});
export type Db = Resource.Of<typeof Db>;
`;

const files = {
  "src/resources.ts": resources,
  "src/tasks.ts": `\
import { type Dataset, task, type TaskContext } from "@glacier-ts/core";
import type { Db } from "./resources.js";
export type Users = Dataset<"users", string[]>;
export const extract = async (db: Db): Promise<Users> => await db.query("users");
export const load = task({ cache: false }, async (users: Users, db: Db, context: TaskContext): Promise<void> => {
  await db.query("insert " + users.length);
  if (!process.env.WAIT) return;
  context.log("waiting");
  await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped"))));
});
`,
  "src/pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import { Db } from "./resources.js";
import { extract, load } from "./tasks.js";
export const analytics = pipeline({ name: "analytics", tasks: [extract, load], resources: [Db] });
throw new Error("a run does not import the pipeline's module");
`,
};

describe("glacier run", () => {
  it("opens a resource of a module once, and closes it; also from the last build", async () => {
    const project = makeProject(files);
    const first = await glacier(project.folder, ["run", "--json"]);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
    const types = jsonLines(first.stdout).map(({ type }) => type);
    expect(types.filter((type) => String(type).startsWith("resource-"))).toEqual([
      "resource-opened",
      "resource-closed",
    ]);
    expect(jsonLines(first.stdout)).toContainEqual(
      expect.objectContaining({ type: "resource-opened", resource: "db", durationMs: expect.any(Number) }),
    );
    expect(project.read("journal.txt")).toBe("open\nquery users\nquery insert 1\nclose\n");
    // The first task has a current result now.
    const second = await glacier(project.folder, ["run"]);
    expect(second.code).toBe(0);
    expect(project.read("journal.txt")).toMatch(/close\nopen\nquery insert 1\nclose\n$/);
  });

  it("opens nothing where nothing needs it", async () => {
    const project = makeProject(files);
    await glacier(project.folder, ["run", "--select", "extract"]);
    const journal = project.read("journal.txt");
    const again = await glacier(project.folder, ["run", "--select", "extract"]);
    expect(again.code).toBe(0);
    expect(project.read("journal.txt")).toBe(journal);
  });

  it("says which resource could not be opened, where, and which could not be closed", async () => {
    const project = makeProject(files);
    const refused = await glacier(project.folder, ["run"], { env: { REFUSED: "1" } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      "error GLA5046: Resource 'db', which task 'extract' takes, could not be opened: Error: connect ECONNREFUSED\n    at Object.open (",
    );
    expect(project.read("journal.txt")).toBe("open\n");
    const broken = await glacier(project.folder, ["run"], { env: { BROKEN: "1" } });
    expect(broken.code).toBe(0);
    expect(broken.stderr).toContain(
      "warning GLA5047: Resource 'db' could not be closed: Error: reset by peer\n",
    );
  });

  it("closes it when the run is cancelled", async () => {
    const project = makeProject(files);
    const running = startGlacier(project.folder, ["run"], { env: { WAIT: "1" } });
    await running.output("load: waiting");
    running.interrupt();
    expect((await running.finished).code).toBe(1);
    expect(project.read("journal.txt")).toBe("open\nquery users\nquery insert 1\nclose\n");
  });
});
