/** Where datasets live in the environments of `glacier.config.ts`. */
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const tasks = `\
import { type Dataset, dataset, pipeline, task } from "@glacier-ts/core";
import { file, s3 } from "@glacier-ts/core/storage";

export const Source = dataset("source", { storage: s3({ bucket: "nobodys", prefix: "source.json" }) }).of<number[]>();
export type Source = Dataset.Of<typeof Source>;
export const Rows = dataset("rows", { storage: file({ path: "out/rows.csv" }) }).of<{ id: number }[]>();
export type Rows = Dataset.Of<typeof Rows>;
export type Sum = Dataset<"sum", number>;

export const list = task({}, (source: Source): Rows => source.map((id) => ({ id })));
export const add = task({}, (rows: Rows): Sum => rows.reduce((sum, { id }) => sum + id, 0));
export const numbers = pipeline({ name: "numbers", tasks: [list, add] });
`;

/** With a type annotation and an import that only types need: both are erased. */
const config = (environments: string, rest = "") => `\
import { type Config, defineConfig, env } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
const source = file({ path: "source.json" });
const config: Config = defineConfig({ environments: { ${environments} }, ${rest} });
export default config;
`;
const dev = 'dev: { storage: file({ path: ".data/" }), datasets: { source } }';

function project(text: string | undefined) {
  return makeProject({
    "src/tasks.ts": tasks,
    "source.json": "[1, 2]",
    ...(text !== undefined && { "glacier.config.ts": text }),
  });
}

describe("a run", () => {
  it("takes place in the environment that --env names", async () => {
    const made = project(config(`${dev}, prod: {}`));
    const run = await glacier(made.folder, ["run", "--env", "dev"]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^sum\n3$/m);
    expect(made.read(".data/rows.parquet").slice(0, 4)).toBe("PAR1");
    expect(made.has("out/rows.csv")).toBe(false);
  });

  it("takes place in the default environment, in that of GLACIER_ENV, or where datasets are declared to live", async () => {
    const local =
      'local: { datasets: { source } }, ci: { storage: file({ path: "ci/" }), datasets: { source } }';
    const made = project(config(local, 'defaultEnvironment: "local"'));
    expect(await glacier(made.folder, ["run"])).toMatchObject({ code: 0 });
    expect([made.has("out/rows.csv"), made.has("ci/rows.parquet")]).toEqual([true, false]);
    expect(await glacier(made.folder, ["run"], { env: { GLACIER_ENV: "ci" } })).toMatchObject({ code: 0 });
    expect(made.has("ci/rows.parquet")).toBe(true);
  });

  it("is not current because another environment's is", async () => {
    const { folder } = project(
      config(`${dev}, ci: { storage: file({ path: "ci/" }), datasets: { source } }`),
    );
    const statuses = async (env: string) => {
      const { stdout } = await glacier(folder, ["run", "--env", env, "--json"]);
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      return lines.at(-1).tasks;
    };
    const [list, add] = ["src/tasks.ts#list", "src/tasks.ts#add"];
    expect(await statuses("dev")).toEqual({ [list]: "succeeded", [add]: "succeeded" });
    expect(await statuses("dev")).toEqual({ [list]: "cached", [add]: "cached" });
    expect(await statuses("ci")).toMatchObject({ [list]: "succeeded" });
  });

  it("is told where a place comes from the environment's variables", async () => {
    const text = config('dev: { storage: file({ path: env("DATA") }), datasets: { source } }');
    const made = project(text);
    const run = await glacier(made.folder, ["run", "--env", "dev"], { env: { DATA: "elsewhere/" } });
    expect(run).toMatchObject({ code: 0 });
    expect(made.has("elsewhere/rows.parquet")).toBe(true);
  });
});

describe("what is wrong is said", () => {
  it.for<readonly [what: string, text: string | undefined, args: readonly string[], problem: string]>([
    [
      "an environment that there is not",
      config(`${dev}, prod: {}`),
      ["--env", "prd"],
      "error GLA5061: There is no environment 'prd' in glacier.config.ts.\n  hint: did you mean 'prod'?\n",
    ],
    [
      "an environment without a config",
      undefined,
      ["--env", "dev"],
      "error GLA5062: There is no environment 'dev': . has no glacier.config.ts.\n",
    ],
    [
      "a config that cannot be imported",
      'import "./nothing.js";\nexport default {};\n',
      [],
      "error GLA5060: glacier.config.ts cannot be loaded: Cannot find module",
    ],
    [
      "a config that throws",
      'throw new Error("not today");\n',
      [],
      "error GLA5060: glacier.config.ts cannot be loaded: not today.\n",
    ],
    [
      "a config without a default export",
      "export const config = {};\n",
      [],
      "error GLA5059: 'default' in glacier.config.ts must be what `defineConfig` returns, but is undefined.\n",
    ],
    [
      "several mistakes at once",
      `export default {
  environments: {
    a: { storage: { kind: "file", path: "data.csv" } },
    b: { storage: { kind: "tape" }, datasets: { source: { kind: "s3" } } },
    c: { storage: { kind: "postgres", table: "t" }, datasets: [] },
    d: 1,
  },
  defaultEnvironment: "e",
};\n`,
      [],
      `\
error GLA5059: 'environments.a.storage.path' in glacier.config.ts must be a folder, which ends with \`/\`: all datasets live in it, but is 'data.csv'.

error GLA5059: 'environments.b.storage.kind' in glacier.config.ts must be one of file, s3, gcs, azure-blob, http, postgres, duckdb, but is 'tape'.

error GLA5059: 'environments.b.datasets.source.bucket' in glacier.config.ts must be given, but is undefined.

error GLA5059: 'environments.c.storage.table' in glacier.config.ts must be absent: tables are called after datasets, but is 't'.

error GLA5059: 'environments.c.datasets' in glacier.config.ts must be an object, but is [].

error GLA5059: 'environments.d' in glacier.config.ts must be an object, but is 1.

error GLA5059: 'defaultEnvironment' in glacier.config.ts must be one of a, b, c, d, but is 'e'.

Found 7 errors.
`,
    ],
  ])("%s", async ([, text, args, problem]) => {
    const { folder } = project(text);
    const run = await glacier(folder, ["run", ...args]);
    expect(run.stderr).toContain(problem);
    expect(run.stderr).not.toMatch(/^ +at /m);
    expect(run.code).toBe(1);
  });
});
