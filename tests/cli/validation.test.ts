/** What becomes of rows that are not as their type says, where they are read and where they are stored. */
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const tasks = (readOption: string, writeOption: string, stream = false) => `\
import { type Dataset, dataset, pipeline, task } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface Reading {
  sensor: string;
  /**
   * Degrees.
   * @minimum -273
   */
  celsius: number;
}
export const Raw = dataset("raw", { storage: file({ path: "raw.ndjson" }), ${readOption} }).of<${stream ? "AsyncIterable<Reading>" : "Reading[]"}>();
export type Raw = Dataset.Of<typeof Raw>;
export const Clean = dataset("clean", { storage: file({ path: "out/clean.ndjson" }), ${writeOption} }).of<${stream ? "AsyncIterable<Reading>" : "Reading[]"}>();
export type Clean = Dataset.Of<typeof Clean>;
export type Count = Dataset<"count", number>;

${
  stream
    ? `export const clean = task({}, (raw: Raw): Clean => (async function* () { for await (const row of raw) yield { ...row, celsius: row.celsius - 100 }; })() as never);
export const count = task({}, async (clean: Clean): Promise<Count> => { let rows = 0; for await (const _ of clean) rows++; return rows; });`
    : `export const clean = task({}, (raw: Raw): Clean => raw.map((row) => ({ ...row, celsius: row.celsius - 100 })));
export const count = task({}, (clean: Clean): Count => clean.length);`
}
export const readings = pipeline({ name: "readings", tasks: [clean, count] });
`;

const rows = (...celsius: readonly unknown[]) =>
  celsius.map((each) => `${JSON.stringify({ sensor: "a", celsius: each })}\n`).join("");

interface Asked {
  readonly raw: string;
  readonly read?: string;
  readonly write?: string;
  readonly stream?: boolean;
}

async function run({ raw, read = "", write = "", stream = false }: Asked) {
  const project = makeProject({ "src/tasks.ts": tasks(read, write, stream), "raw.ndjson": raw });
  const { stdout, stderr, code } = await glacier(project.folder, ["run", "--json"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const problems = (lines.at(-1).diagnostics ?? []).map(
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  );
  const written = (file: string) => (project.has(file) ? project.read(file) : undefined);
  return {
    code,
    stderr,
    problems,
    count: lines.at(-1).datasets?.count,
    clean: written("out/clean.ndjson"),
    written,
  };
}

/** What reads a stream is the task: it may catch what that throws. */
const told = (problem: string, stream: boolean) =>
  stream
    ? expect.stringContaining(`GLA5001: Task 'clean' failed (reads 'raw'): GlacierError: ${problem}`)
    : problem;

const quarantine = 'onInvalid: { quarantine: file({ path: "rejected/" }) }';

describe.for([false, true])("a dataset that is read (stream: %s)", (stream) => {
  it("must be valid", async () => {
    const { code, problems, clean } = await run({ raw: rows(1, "2", null), stream });
    expect(code).toBe(1);
    const more = stream ? "" : "; 1 more row is not valid";
    expect(problems).toEqual([
      told(
        `GLA5066: Dataset 'raw' at raw.ndjson is not valid: row 2 at '/celsius': found '2', expected a number${more}.`,
        stream,
      ),
    ]);
    expect(clean).toBeUndefined();
  });

  it("is checked against the tags of its doc comments", async () => {
    const { problems } = await run({ raw: rows(1, -300), stream });
    const problem =
      "GLA5066: Dataset 'raw' at raw.ndjson is not valid: row 2 at '/celsius': found -300, expected a number at least -273.";
    expect(problems).toEqual([told(problem, stream)]);
  });

  it("may be invalid with a warning", async () => {
    const { code, problems, clean } = await run({
      raw: rows(1, -300, -400),
      read: 'onInvalid: "warn"',
      write: 'onInvalid: "ignore"',
      stream,
    });
    expect(code).toBe(0);
    expect(problems).toEqual([
      "GLA5067: Dataset 'raw' is not valid: row 2 at '/celsius': found -300, expected a number at least -273; 1 more row is not valid.",
    ]);
    expect(clean).toBe(rows(-99, -400, -500));
  });

  it("may have its invalid rows set aside", async () => {
    const { code, problems, clean, count, written } = await run({
      raw: rows(1, -300, 2, "x"),
      read: quarantine,
      stream,
    });
    expect(problems).toEqual([
      "GLA5068: Rows of dataset 'raw' were set aside at rejected/raw.rejected.ndjson: row 2 at '/celsius': found -300, expected a number at least -273; 1 more row is not valid.",
    ]);
    expect({ code, count, clean }).toEqual({ code: 0, count: 2, clean: rows(-99, -98) });
    expect(written("rejected/raw.rejected.ndjson")).toBe(
      `${JSON.stringify({ row: 2, path: "/celsius", expected: "a number at least -273", found: "-300", value: { sensor: "a", celsius: -300 } })}\n` +
        `${JSON.stringify({ row: 4, path: "/celsius", expected: "a number", found: "'x'", value: { sensor: "a", celsius: "x" } })}\n`,
    );
  });

  it("need not be looked at", async () => {
    const { code, problems } = await run({
      raw: rows(1, -300),
      read: 'onInvalid: "ignore"',
      write: 'onInvalid: "ignore"',
      stream,
    });
    expect({ code, problems }).toEqual({ code: 0, problems: [] });
  });
});

describe.for([false, true])("a dataset that is stored (stream: %s)", (stream) => {
  it("must be valid, and nothing is written where it is not", async () => {
    const { code, problems, clean } = await run({ raw: rows(1, -200, -220), stream });
    expect(code).toBe(1);
    const more = stream ? "" : "; 1 more row is not valid";
    expect(problems).toEqual([
      `GLA5024: Task 'clean' returned rows for dataset 'clean' that are not valid: row 2 at '/celsius': found -300, expected a number at least -273${more}.`,
    ]);
    expect(clean).toBeUndefined();
  });

  it("may have its invalid rows set aside, and its readers get the others", async () => {
    const { code, problems, clean, count, written } = await run({
      raw: rows(1, -200),
      write: quarantine,
      stream,
    });
    expect(problems).toEqual([
      "GLA5068: Rows of dataset 'clean' were set aside at rejected/clean.rejected.ndjson: row 2 at '/celsius': found -300, expected a number at least -273.",
    ]);
    expect({ code, clean, count }).toEqual({ code: 0, clean: rows(-99), count: 1 });
    expect(written("rejected/clean.rejected.ndjson")).toContain('"celsius":-300');
  });
});

it("stops where rows cannot be set aside: they would be lost", async () => {
  const { code, problems } = await run({
    raw: `${rows(-300)}`,
    read: 'onInvalid: { quarantine: file({ path: "raw.ndjson/" }) }',
  });
  expect(code).toBe(1);
  expect(problems).toEqual([
    expect.stringMatching(/^GLA5007: Dataset 'raw.rejected' cannot be written to raw.ndjson\//),
  ]);
});

it("keeps the code that checks it beside the state", async () => {
  const project = makeProject({ "src/tasks.ts": tasks("", ""), "raw.ndjson": rows(1) });
  expect(await glacier(project.folder, ["run"])).toMatchObject({ code: 0 });
  const { stdout } = await glacier(project.folder, ["manifest", "--stdout"]);
  const { datasets } = JSON.parse(stdout);
  const hash = datasets.raw.schema.replace("#/schemas/", "");
  expect(project.has(`.glacier/validators/${hash}-row.cjs`)).toBe(true);
});
