/**
 * The process of a run is killed by SIGKILL at random moments: what is kept must be whole, and the next run must go on
 * from there. `npm run test:faults` does so 200 times, `npm test` 20 times; SEED repeats what came before.
 */

import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import type { JsonObject, ManifestDataset } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  expectedRows,
  type JournalledDataset,
  journalledFiles,
  randomTasks,
} from "./support/journalled-project.js";
import { JournalledRuns, type Moment, type RunResult } from "./support/journalled-runs.js";
import type { Row } from "./support/work.js";

const kills = Number(process.env.KILLS ?? 20);
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const tasks = fc.sample(randomTasks(60), { numRuns: 1, seed })[0] ?? [];
const datasets = tasks.flatMap(({ makes }) => makes);
const stored = datasets.filter(({ file }) => file !== undefined);
let runs: JournalledRuns;

/** Shares of what a run has left to do, after which it is killed. Sometimes the run that goes on is killed as well. */
const rounds = fc.array(
  fc.record({
    kind: fc.constantFrom("event" as const, "operation" as const),
    share: fc.nat(9999).map((number) => number / 10_000),
    spins: fc.nat(300_000),
  }),
  { minLength: 1, maxLength: 4 },
);
type Kill = typeof rounds extends fc.Arbitrary<(infer One)[]> ? One : never;

const paramsOf = (round: number) => ["--param", `round=${round}`];
let amounts: { readonly events: number; readonly operations: number };
/** How many tasks were finished at each kill. */
const finishedAt: number[] = [];
/** By run: how it may have ended. */
const expectedStatus = new Map<string, readonly string[]>();

it(`goes on where it was, at whatever moment it was killed (${kills} moments, seed ${seed})`, async () => {
  runs = new JournalledRuns(
    journalledFiles(tasks),
    datasets.map(({ name }) => name),
  );
  await runs.run("0", paramsOf(0)); // builds
  amounts = await runs.countMoments("again", [...paramsOf(0), "--force"]);
  const plans = fc.sample(rounds, { numRuns: 2 * kills, seed });
  for (let round = 1; finishedAt.length < kills; round++) {
    try {
      await check(round, plans[round] ?? []);
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(plans[round])}`, { cause: error });
    }
  }
  const recorded = (await runs.ask("runs", "ls", "--limit", "10000")).runs as JsonObject[];
  const statusOf = new Map(recorded.map(({ id, status }) => [id, status]));
  for (const [id, expected] of expectedStatus) expect(expected).toContain(statusOf.get(id));
  if (process.env.KILLS)
    console.log(`tasks that were finished when the run was killed: ${finishedAt.join(" ")}`);
}, 1_200_000);

it(`begins anew where it was killed while its state was made (${kills / 4} moments, seed ${seed})`, async () => {
  const few = tasks.slice(0, 3);
  const made = few.flatMap(({ makes }) => makes);
  const runs = new JournalledRuns(
    journalledFiles(few),
    made.map(({ name }) => name),
  );
  const forget = () => {
    for (const name of runs.filesIn(".glacier")) if (name !== "build.json") runs.remove(`.glacier/${name}`);
  };
  await runs.run("0", paramsOf(0)); // builds
  forget();
  const { operations } = await runs.countMoments("counted", paramsOf(0));
  for (const operation of fc.sample(fc.integer({ min: 1, max: operations }), { numRuns: kills / 4, seed })) {
    forget();
    await runs.runUntil({ operation }, "killed", paramsOf(operation));
    const { datasets } = await runs.run("again", paramsOf(operation));
    expect(datasets).toEqual(Object.fromEntries(expectedRows(few, operation)));
    await expectTidy(runs, made);
  }
});

/** Runs a round, which is killed several times, to its end. */
async function check(round: number, plan: readonly Kill[]): Promise<void> {
  const journal = String(round);
  /** What the journal says of a task when it is finished. */
  const finished = new Map<string, readonly string[]>();
  let hasBegun = false;
  const goOn = () => (hasBegun ? ["--resume"] : paramsOf(round));
  for (const kill of plan) {
    const moment = momentOf(kill, 1 - finished.size / tasks.length);
    const { events, wasKilled } = await runs.runUntil(moment, journal, goOn());
    for (const { type, task } of events)
      if (type === "task-succeeded") finished.set(nameOf(task), runs.journal(journal, nameOf(task)));
    hasBegun ||= events.length > 0;
    if (wasKilled) finishedAt.push(finished.size);
    // In its last moments, a run is over already.
    const isOver = events.some(({ type }) => type === "run-finished");
    if (wasKilled && events[0])
      expectedStatus.set(String(events[0].runId), isOver ? ["interrupted", "succeeded"] : ["interrupted"]);
    await expectWholeFiles(round);
  }
  await expectTidy(runs, datasets);
  const result = await runs.run(journal, goOn());
  expectedStatus.set(result.runId, ["succeeded"]);
  await expectResult(result, round);
  expectOnce(result, finished, journal);
}

/** @param left the share of the tasks that is not finished */
function momentOf({ kind, share, spins }: Kill, left: number): Moment {
  const among = (amount: number) => 1 + Math.floor(share * Math.max(left * amount, tasks.length));
  return kind === "event"
    ? { event: among(amounts.events), spins }
    : { operation: among(amounts.operations) };
}

/** Each stored dataset is there as this round has made it, or as the one before has left it. */
async function expectWholeFiles(round: number): Promise<void> {
  for (const { name } of stored) {
    const expected = [rowsIn(round).get(name), rowsIn(round - 1).get(name)];
    expect(expected, name).toContainEqual(await readStored(name));
  }
}

async function expectResult(result: RunResult, round: number): Promise<void> {
  expect(result).toMatchObject({ status: "succeeded", diagnostics: [] });
  expect(Object.keys(result.tasks)).toHaveLength(tasks.length);
  const rows = rowsIn(round);
  for (const { name } of datasets) expect(result.datasets[name], name).toEqual(rows.get(name));
  for (const { name } of stored) expect(await readStored(name), name).toEqual(rows.get(name));
}

/** What was finished has not run again, and every task has one result. */
function expectOnce(
  result: RunResult,
  finished: ReadonlyMap<string, readonly string[]>,
  journal: string,
): void {
  for (const [name, lines] of finished) {
    expect(lines.at(-1)).toBe(`end ${name}`);
    expect(runs.journal(journal, name), name).toEqual(lines);
    expect(result.tasks[`src/pipeline.ts#${name}`], name).toBe("cached");
  }
  const database = new DatabaseSync(runs.project.path(".glacier/state.db"), { readOnly: true });
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  const results = database.prepare(resultsOf).all(result.runId);
  database.close();
  expect(results).toEqual(tasks.map(({ name }) => ({ task: `src/pipeline.ts#${name}`, amount: 1 })));
}

/** How many results there are of each task that are what the run's own one is. */
const resultsOf = `
  SELECT task, count(*) AS amount FROM run_tasks JOIN runs ON run = runs.number JOIN results USING (task, key)
  WHERE runs.id = ? GROUP BY task ORDER BY cast(substr(task, 18) AS INTEGER)`;

/** After garbage is collected, there is nothing but what is known. */
async function expectTidy(runs: JournalledRuns, datasets: readonly JournalledDataset[]): Promise<void> {
  await runs.ask("cache", "gc", "--keep-runs", "1000");
  const known = /^(build\.json|opening\.lock|state\.db(-wal|-shm)?|artifacts\/[0-9a-f]{2}\/[0-9a-f]{62})$/;
  expect(runs.filesIn(".glacier").filter((file) => !known.test(file))).toEqual([]);
  // A file that was being written stays beside the dataset, under a hidden name.
  const temporary = /^\.d\d+_\d+\.(json|ndjson|parquet)\.\d+-[0-9a-f]{12}\.tmp$/;
  const files = datasets.flatMap(({ file }) => file?.replace("out/", "") ?? []).sort();
  expect(runs.filesIn("out").filter((file) => !temporary.test(file))).toEqual(files);
}

const rowsOfRounds = new Map<number, ReadonlyMap<string, readonly Row[]>>();

function rowsIn(round: number): ReadonlyMap<string, readonly Row[]> {
  const rows = rowsOfRounds.get(round) ?? expectedRows(tasks, round);
  rowsOfRounds.set(round, rows);
  return rows;
}

async function readStored(name: string): Promise<unknown> {
  const store = new DatasetStore({ projectRoot: runs.project.folder });
  const path = stored.find((dataset) => dataset.name === name)?.file;
  const loaded = await store.load(
    name,
    { storage: { kind: "file", path } } as unknown as ManifestDataset,
    rows,
  );
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return loaded.value.value;
}

const nameOf = (task: unknown) => String(task).replace("src/pipeline.ts#", "");

/** The schema of every dataset. */
const rows = {
  type: "array",
  items: {
    type: "object",
    properties: { id: { type: "number" }, value: { type: "number" }, text: { type: "string" } },
    required: ["id", "value", "text"],
  },
} as const satisfies JsonObject;
