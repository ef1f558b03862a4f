/** What was kept of former runs and is not as it was: found, named, and made again or refused, never used. */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { withoutTimes } from "../rig/output.js";
import { makeSharedProject } from "../rig/temp-project.js";

/** Each task writes its name to the journal. With another `step`, `sum` reads all that the others have left. */
const project = makeSharedProject({
  "src/tasks.ts": `\
import { appendFileSync } from "node:fs";
import { type Dataset, dataset, type Param, pipeline } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
export type First = Dataset<"first", string>;
export type Big = Dataset<"big", number[]>;
export const Stored = dataset("stored", { storage: file({ path: "out/stored.json" }) }).of<string[]>();
export type Stored = Dataset.Of<typeof Stored>;
export type Sum = Dataset<"sum", string>;
const ran = (task: string) => appendFileSync("journal", \`\${task} \`);
export function extract(): First { ran("extract"); return "precious"; }
export function expand(first: First): Big { ran("expand"); return Array.from({ length: 30_000 }, (_, id) => id * first.length); }
export function store(first: First): Stored { ran("store"); return [first, first]; }
export function sum(first: First, big: Big, stored: Stored, step: Param<"step", number>): Sum {
  ran("sum");
  return \`\${step} \${first} \${big.length} \${big.at(-1)} \${stored}\`;
}
export const main = pipeline({ name: "main", tasks: [extract, expand, store, sum] });
`,
});

let step = 0;

/** Runs the pipeline with a step that it has not had. */
async function runNext(...args: readonly string[]) {
  step++;
  return run("--param", `step=${step}`, ...args);
}

async function run(...args: readonly string[]) {
  writeFileSync(project.path("journal"), "");
  const words = ["run", "--concurrency", "1", ...args];
  const { stdout, stderr, code } = await glacier(project.folder, words);
  const ran = project.read("journal").trim();
  return {
    stdout: withoutTimes(stdout),
    stderr: withoutTimes(stderr)
      .replaceAll(project.folder, "…")
      .replace(/damaged-\d+/, "damaged-1"),
    code,
    ran,
  };
}

const sumOf = (step: number) => `sum\n${step} precious 30000 239992 precious,precious\n`;

function changeDatabase(sql: string): void {
  const database = new DatabaseSync(project.path(".glacier/state.db"));
  database.exec(sql);
  database.close();
}

/** The only artifact that is large enough for a file. */
function artifactFile(): string {
  const folder = project.path(".glacier/artifacts");
  const name = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((file) => file.length > 60);
  return `${folder}/${name}`;
}

function flipByte(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes[position] = (bytes[position] as number) ^ 1;
  writeFileSync(file, bytes);
}

const everything = "extract expand store sum";

describe("what a task has left is made again where", () => {
  it.each<[string, () => void, string]>([
    [
      "a byte of it has changed in the database",
      () =>
        changeDatabase(`UPDATE artifacts SET bytes = CAST(replace(bytes, 'precious', 'precioux') AS BLOB)`),
      "extract sum",
    ],
    ["a byte of its file has changed", () => flipByte(artifactFile(), 1000), "expand sum"],
    ["its file is cut off", () => truncateSync(artifactFile(), 100), "expand sum"],
    ["its file is gone", () => rmSync(artifactFile()), "expand sum"],
    [
      "its artifact is gone",
      () => changeDatabase("DELETE FROM artifacts WHERE bytes IS NOT NULL"),
      "extract sum",
    ],
    [
      "all of its artifacts are damaged",
      () => {
        changeDatabase("UPDATE artifacts SET bytes = zeroblob(length(bytes)) WHERE bytes IS NOT NULL");
        flipByte(artifactFile(), 1000);
      },
      "extract expand sum",
    ],
    ["its result points to nothing", () => changeDatabase("DELETE FROM dataset_versions"), everything],
    ["its result is gone", () => changeDatabase("DELETE FROM results"), everything],
    ["its stored file has changed", () => flipByte(project.path("out/stored.json"), 5), "store sum"],
    ["its stored file is cut off", () => truncateSync(project.path("out/stored.json"), 5), "store sum"],
    ["its stored file is gone", () => rmSync(project.path("out/stored.json")), "store sum"],
  ])("%s", async (_, damage, ran) => {
    await runNext();
    damage();
    const mended = await runNext();
    expect(mended).toMatchObject({ code: 0, ran });
    expect(mended.stdout).toContain(sumOf(step));
    expect(mended.stderr).not.toContain("GLA");
  });
});

it("a result of the run that is damaged is refused, and made again by the next run", async () => {
  await runNext();
  changeDatabase("UPDATE artifacts SET bytes = zeroblob(length(bytes)) WHERE bytes IS NOT NULL");
  const again = ["--param", `step=${step}`];
  const { stderr, code, ran } = await run(...again);
  expect({ stderr, code, ran }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "ran": "",
      "stderr": "error GLA5044: What was kept of dataset 'sum' is damaged.
      hint: run again: the task that makes it will run

    Found 1 error.
    ",
    }
  `);
  expect(await run(...again)).toMatchObject({ code: 0 });
});

it("a database that was cut off is put aside, and everything is made again", async () => {
  await runNext();
  const { size } = statSync(project.path(".glacier/state.db"));
  truncateSync(project.path(".glacier/state.db"), size - 5000);
  const { stdout, stderr, code, ran } = await runNext();
  expect({ stderr, code, ran }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "ran": "extract expand store sum",
      "stderr": "warning GLA5027: The database '…/.glacier/state.db' is damaged: it is malformed or was cut off. A new one was begun.
      hint: results are built again by the next run; the damaged file is kept as state.db.damaged-1

    Found 1 warning.
    ✓ extract  <time>
    ✓ expand  <time>
    ✓ store  <time>
    ✓ sum  <time>
    ",
    }
  `);
  expect(stdout).toContain(sumOf(step));
});

const flips = Number(process.env.KILLS ?? 20) / 2;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

it(`no byte of the database can be changed so that a run comes to something wrong (${flips} bytes, seed ${seed})`, async () => {
  const ends: string[] = [];
  await runNext();
  for (const [share, bit] of fc.sample(fc.tuple(fc.nat(9999), fc.nat(7)), { numRuns: flips, seed })) {
    const file = project.path(".glacier/state.db");
    const bytes = readFileSync(file);
    const position = Math.floor((share / 10_000) * bytes.length);
    bytes[position] = (bytes[position] as number) ^ (1 << bit);
    writeFileSync(file, bytes);
    const where = `seed ${seed}, bit ${bit} of byte ${position}`;
    for (let attempt = 1; ; attempt++) {
      const { stdout, stderr, code } = await runNext();
      expect(stderr, where).not.toMatch(/Internal error|^ +at /m);
      if (code === 0) {
        expect(stdout, where).toContain(sumOf(step));
        ends.push(`${attempt}${stderr.includes("GLA5027") ? " put aside" : ""}`);
        break;
      }
      expect(stderr, where).toMatch(/GLA50(26|44)/);
      if (attempt < 3) continue;
      // What says that a later version has written the file, or that nobody may, cannot be told from damage.
      expect(stderr, where).toMatch(/newer version|read-only/);
      expect(attempt, where).toBe(3);
      ends.push("refused");
      rmSync(file);
    }
  }
  if (process.env.KILLS) console.log(`runs until all was well: ${ends.join(", ")}`);
});
