/** Bad input through the real command: one clear error with a code and a hint, no stack of ours, nothing half-written. */
import { mkdirSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { type Files, makeProject, type TempProject } from "../rig/temp-project.js";

/** Reads users from a file and writes their names to another one. */
const users = (input: string, output = "out/names.json"): Files => ({
  "src/users.ts": `
import { type Dataset, dataset, pipeline } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
interface User { id: number; name: string }
export const Users = dataset("users", { storage: file({ path: "${input}" }) }).of<User[]>();
export type Users = Dataset.Of<typeof Users>;
export const Names = dataset("names", { storage: file({ path: "${output}" }) }).of<string[]>();
export type Names = Dataset.Of<typeof Names>;
export function listNames(users: Users): Names { return users.map((user) => user.name); }
export const people = pipeline({ name: "people", tasks: [listNames] });
`,
});

/** What the run says on stderr, without the line of the failed task. */
async function failedRun(project: TempProject) {
  const { code, stdout, stderr } = await glacier(project.folder, ["run", "people"]);
  expect(stdout + stderr).not.toMatch(/^ +at /m);
  return { code, error: stderr.split("\n").filter((line) => line !== "" && !line.startsWith("✗")) };
}

describe("data that is not what its format says", () => {
  it.each([
    {
      title: "JSON",
      files: { "in.json": '[{ "id": 1,\n  "name": ]' },
      expected: [
        "in.json:2:11 - error GLA5006: Dataset 'users' is not valid json: line 2, column 11: found ']', expected a value.",
      ],
    },
    {
      title: "NDJSON",
      files: { "in.ndjson": '{"id":1,"name":"a"}\n{"id":2,\n' },
      expected: [
        "in.ndjson:2:9 - error GLA5006: Dataset 'users' is not valid ndjson: line 2, column 9: found the end, expected a property name in double quotes.",
      ],
    },
    {
      title: "CSV",
      files: { "in.csv": "id,name\n1,a\nx,b\n" },
      expected: [
        "in.csv:3:1 - error GLA5006: Dataset 'users' is not valid csv: line 3, column 'id': found 'x', expected a number.",
      ],
    },
    {
      title: "Parquet",
      files: { "in.parquet": "this is no Parquet file" },
      expected: [
        "error GLA5006: Dataset 'users' is not valid parquet: not a Parquet file: no PAR1 at the start.",
      ],
    },
  ])("$title", async ({ files, expected }) => {
    const [input = ""] = Object.keys(files);
    const project = makeProject({ ...users(input), ...files });
    const { code, error } = await failedRun(project);
    expect(error.slice(0, 2)).toEqual([
      ...expected,
      "  hint: mend the data, or what the dataset declares: its type or `format`",
    ]);
    expect(code).toBe(1);
    expect(project.has("out")).toBe(false);
  });

  it("is not there", async () => {
    const { code, error } = await failedRun(makeProject(users("in.csv")));
    expect(error.slice(0, 2)).toEqual([
      "error GLA5004: Dataset 'users' was not found at in.csv.",
      "  hint: check the dataset's storage, and that its data is there; `file()` paths are relative to the folder of the tsconfig",
    ]);
    expect(code).toBe(1);
  });
});

describe("an output that cannot be written", () => {
  it("leaves nothing behind", async () => {
    const project = makeProject({ ...users("in.csv"), "in.csv": "id,name\n1,a\n" });
    mkdirSync(project.path("out/names.json"), { recursive: true });
    const { code, error } = await failedRun(project);
    expect(error.slice(0, 2)).toEqual([
      "error GLA5007: Dataset 'names' cannot be written to out/names.json: it is a directory.",
      "  hint: check the storage's permissions and free space, and that it can be reached",
    ]);
    expect(code).toBe(1);
    expect(readdirSync(project.path("out"))).toEqual(["names.json"]);
  });

  // A disk that is full, and one that is read-only, are in tests/storage/refused-writes.test.ts.
  it("is no device", async () => {
    const project = makeProject({ ...users("in.csv", "/dev/full"), "in.csv": "id,name\n1,a\n" });
    const { code, error } = await failedRun(project);
    expect(error[0]).toBe("error GLA5007: Dataset 'names' cannot be written to /dev/full: it is not a file.");
    expect(code).toBe(1);
  });
});

describe("a manifest of a newer version", () => {
  it("is told by the compiled code", async () => {
    const project = makeProject({ ...users("in.csv"), "in.csv": "id,name\n1,a\n" });
    expect((await glacier(project.folder, ["build"])).code).toBe(0);
    const manifest = JSON.parse(project.read("glacier.manifest.json"));
    project.write({ "glacier.manifest.json": JSON.stringify({ ...manifest, version: 99 }) });
    const { people } = await import(project.path("dist/users.js"));
    expect(() => people.validate()).toThrow(
      "GLA4003: 'glacier.manifest.json' has manifest version 99, but this Glacier reads versions up to 1.\n" +
        "  hint: update @glacier-ts packages, or write the manifest again with `glacier manifest`",
    );
    const check = await glacier(project.folder, ["manifest", "--check"]);
    expect(check.code).toBe(1);
  });
});
