/** Two runs at once on one folder, of one pipeline and of two, while garbage is collected beside them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { expectedRows, journalledFiles, randomTasks } from "./support/journalled-project.js";
import { JournalledRuns, type RunResult } from "./support/journalled-runs.js";

const rounds = 3;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const tasks = fc.sample(randomTasks(40), { numRuns: 1, seed })[0] ?? [];
/** What a pipeline of the first tasks makes, which the other one makes as well. */
const fewer = tasks.slice(0, 20);
const namesOf = (some: typeof tasks) => some.flatMap(({ makes }) => makes.map(({ name }) => name));

it(`two runs come to what each alone would (seed ${seed})`, async () => {
  const files = journalledFiles(tasks, { part: fewer });
  const runs = new JournalledRuns(files, namesOf(fewer));
  await runs.run("0", ["main", "--param", "round=0"]); // builds
  for (let round = 1; round <= rounds; round++) {
    const expected = expectedRows(tasks, round);
    const params = ["--param", `round=${round}`];
    const all = namesOf(tasks);
    const results = await whileCollecting(runs, [
      runs.run(`${round}-a`, ["main", ...params, "--keep", ...all]),
      runs.run(`${round}-b`, round % 2 === 0 ? ["main", ...params] : ["part", ...params]),
    ]);
    for (const { status, datasets } of results) {
      expect(status).toBe("succeeded");
      for (const [name, rows] of Object.entries(datasets)) expect(rows, name).toEqual(expected.get(name));
    }
    expect(Object.keys(results[0]?.datasets ?? {}).sort()).toEqual([...all].sort());
    // Whatever garbage was, what they have left is current.
    const again = await runs.run(`${round}-c`, ["main", ...params]);
    for (const { name, isCached } of tasks)
      if (isCached) expect(again.tasks[`src/pipeline.ts#${name}`], name).toBe("cached");
  }
});

/** Collects as much garbage as there is, again and again, until the runs are over. */
async function whileCollecting(
  runs: JournalledRuns,
  running: readonly Promise<RunResult>[],
): Promise<readonly RunResult[]> {
  let isOver = false;
  const over = Promise.all(running).finally(() => {
    isOver = true;
  });
  while (!isOver) await runs.ask("cache", "gc", "--keep-runs", "0");
  return over;
}
