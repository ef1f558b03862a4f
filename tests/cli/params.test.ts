/** Run parameters and secrets through the real command. */
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const files = {
  "src/tasks.ts": `
import type { Dataset, Param, Secret, TaskContext } from "@glacier-ts/core";
export type Users = Dataset<"users", string[]>;
export type Newest = Dataset<"newest", { users: number; order: string }>;
export function extract(key: Secret<"API_KEY">, context: TaskContext, limit: Param<"limit", number>): Users {
  context.log("with " + key);
  if (limit < 0) throw new Error("refused " + key);
  return new Array<string>(limit).fill("user");
}
export const newest = (users: Users, order: Param<"order", "up" | "down"> = "up"): Newest => ({ users: users.length, order });
`,
  "src/pipeline.ts": `
import { pipeline } from "@glacier-ts/core";
import { extract, newest } from "./tasks.js";
export const analytics = pipeline({ name: "analytics", tasks: [extract, newest] });
`,
};
const env = { API_KEY: "s3cr3t-value" };

describe("glacier run --param", () => {
  it("reads values as their types say", async () => {
    const project = makeProject(files);
    const args = ["run", "--param", "limit=3", "--param", "order=down"];
    const { code, stdout, stderr } = await glacier(project.folder, args, { env });
    expect(stdout).toContain("newest\nusers  3\norder  down\n");
    expect(stdout + stderr).not.toContain(env.API_KEY);
    expect(stderr).toContain("with ‹secret API_KEY›");
    expect(code).toBe(0);
    expect(project.read("glacier.manifest.json")).not.toContain(env.API_KEY);
  });

  it("refuses what is missing, wrong or unknown before anything runs", async () => {
    const project = makeProject(files);
    const refused = await glacier(project.folder, ["run", "--param", "order=sideways", "--param", "limt=1"], {
      env,
    });
    expect(refused).toEqual({
      stdout: "",
      stderr: `error GLA5015: Pipeline 'analytics' needs the parameter 'limit'.
  hint: give it: \`--param limit=…\`, or \`run({ params: { limit: … } })\`

error GLA5016: Parameter 'order' must be "down" or "up", but is "sideways".

error GLA5017: Pipeline 'analytics' has no parameter 'limt'.
  hint: did you mean 'limit'?

Found 3 errors.
`,
      code: 2,
    });
    const malformed = await glacier(project.folder, ["run", "--param", "limit"], { env });
    expect(malformed.stderr).toContain("It must be name=value.");
    expect(malformed.code).toBe(2);
  });

  it("says which secret is missing, and never shows one", async () => {
    const project = makeProject(files);
    const missing = await glacier(project.folder, ["run", "--param", "limit=1"]);
    expect(missing).toEqual({
      stdout: "",
      stderr: `error GLA5018: Secret 'API_KEY' is not there; 'extract' cannot run without it.
  hint: set the environment variable API_KEY

Found 1 error.
`,
      code: 1,
    });
    const failed = await glacier(project.folder, ["run", "--json", "--param", "limit=-1"], { env });
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain("refused ‹secret API_KEY›");
    expect(failed.stdout + failed.stderr).not.toContain(env.API_KEY);
  });

  it("shows no secret of an error that is thrown outside of every task", async () => {
    const project = makeProject({
      "src/pipeline.ts": `
import { type Dataset, pipeline, type Secret } from "@glacier-ts/core";
declare function setTimeout(run: () => void, ms: number): void;
export async function extract(key: Secret<"API_KEY">): Promise<Dataset<"users", string[]>> {
  setTimeout(() => { throw new Error("refused " + key); }, 1);
  return await new Promise(() => {});
}
export const analytics = pipeline({ name: "analytics", tasks: [extract] });
`,
    });
    for (const args of [["run"], ["run", "--json"]]) {
      const { code, stdout, stderr } = await glacier(project.folder, args, { env });
      expect(stdout + stderr).toContain("outside of every task, Error: refused ‹secret API_KEY›.");
      expect(stdout + stderr).not.toContain(env.API_KEY);
      expect(code).toBe(1);
    }
  });

  it("takes secrets from a file, unless the environment has them already", async () => {
    const project = makeProject({ ...files, "secrets.env": `API_KEY="from a file"\n` });
    const args = ["run", "--param", "limit=1", "--secrets", "secrets.env"];
    const fromFile = await glacier(project.folder, args);
    expect(fromFile.code).toBe(0);
    expect(fromFile.stderr).toContain("with ‹secret API_KEY›");
    expect(fromFile.stdout + fromFile.stderr).not.toContain("from a file");
    const { code, stderr } = await glacier(project.folder, [...args.slice(0, -1), "missing.env"]);
    expect(stderr).toBe(
      "error GLA5020: The secrets in 'missing.env' could not be read: there is no such file.\n\nFound 1 error.\n",
    );
    expect(code).toBe(2);
  });
});
