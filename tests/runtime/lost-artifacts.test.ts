/** What a run needs of a former one and cannot read, is made again: by the tasks that it takes, once each. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { LocalExecutor } from "@glacier-ts/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";
import { openState, rawDatabase, stateFolder } from "./state-folder.js";

interface Noted {
  /** Numbers of tasks before it. */
  readonly reads: readonly number[];
  /** Turns of the event loop that it takes. */
  readonly turns: number;
  /** Its code is another one in the second run. */
  readonly isChanged: boolean;
  /** What the first run has left of it is damaged. */
  readonly isDamaged: boolean;
}

const tasks: fc.Arbitrary<readonly Noted[]> = fc
  .array(
    fc.record({
      reads: fc.uniqueArray(fc.nat(), { maxLength: 3 }),
      turns: fc.nat(4),
      isChanged: fc.nat(3).map((one) => one === 0),
      isDamaged: fc.boolean(),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map((drafts) =>
    drafts.map(({ reads, ...rest }, number) => ({
      ...rest,
      reads: number === 0 ? [] : [...new Set(reads.map((read) => read % number))],
    })),
  );

/** `2(0(),1(0()))`: what it is made of. */
const textOf = (number: number, version: number, inputs: readonly string[]) =>
  `${number}${version > 1 ? "'" : ""}(${inputs})`;

interface Runs {
  readonly folder: string;
  /** @param version of the tasks that change */
  run(version: number, options?: { readonly failing?: number; readonly keepGoing?: boolean }): Promise<Ran>;
  damage(...numbers: readonly number[]): void;
}

interface Ran {
  readonly status: string;
  readonly called: readonly number[];
  readonly statuses: readonly (string | undefined)[];
  readonly values: ReadonlyMap<string, unknown>;
}

function makeRuns(tasks: readonly Noted[], concurrency: number): Runs {
  const folder = stateFolder();
  const state = openState(folder);
  const versionOf = (number: number, version: number) => (tasks[number]?.isChanged ? version : 1);
  return {
    folder,
    run: async (version, { failing, keepGoing = false } = {}) => {
      const called: number[] = [];
      const sketches = tasks.map(
        ({ reads, turns }, number): TaskSketch => ({
          name: `t${number}`,
          reads: reads.map((read) => `d${read}`),
          makes: [`d${number}`],
          run: async (...inputs: string[]) => {
            called.push(number);
            for (let turn = 0; turn < turns; turn++) await nextTurn();
            if (number === failing) throw new Error("no luck");
            return textOf(number, versionOf(number, version), inputs);
          },
        }),
      );
      const codeVersions = new Map(
        tasks.map((_, number) => [idOf(`t${number}`) as string, `v${versionOf(number, version)}`]),
      );
      const outcome = await new LocalExecutor({ concurrency, state: { state, codeVersions } }).execute({
        ...makePipeline(sketches),
        projectRoot: "",
        keep: tasks.flatMap(({ isChanged }, number) => (isChanged ? [`d${number}`] : [])),
        keepGoing,
      });
      return {
        status: outcome.status,
        called: called.toSorted((a, b) => a - b),
        statuses: tasks.map((_, number) => outcome.tasks.get(idOf(`t${number}`))),
        values: outcome.datasets,
      };
    },
    damage: (...numbers) => {
      const raw = rawDatabase(folder);
      const damage = raw.prepare(`
        UPDATE artifacts SET bytes = zeroblob(length(bytes)) WHERE hash IN (
          SELECT artifact FROM dataset_versions WHERE dataset = ?)`);
      for (const number of numbers) damage.run(`d${number}`);
      raw.close();
    },
  };
}

const numbersOf = (tasks: readonly Noted[], is: (task: Noted, number: number) => boolean) =>
  [...tasks.keys()].filter((number) => is(tasks[number] as Noted, number));

it("come to what they come to where nothing is lost, and call what they need", async () => {
  const property = fc.asyncProperty(tasks, fc.integer({ min: 1, max: 4 }), async (tasks, concurrency) => {
    const runs = makeRuns(tasks, concurrency);
    await runs.run(1);
    runs.damage(...numbersOf(tasks, ({ isDamaged }) => isDamaged));
    const values: string[] = [];
    const runsAgain = new Set<number>();
    for (const [number, { reads, isChanged }] of tasks.entries()) {
      values.push(
        textOf(
          number,
          isChanged ? 2 : 1,
          reads.map((read) => values[read] as string),
        ),
      );
      if (isChanged || reads.some((read) => runsAgain.has(read))) runsAgain.add(number);
    }
    // What is lost, and is read by a task that runs.
    for (const number of [...tasks.keys()].reverse()) {
      if (!tasks[number]?.isDamaged) continue;
      if (tasks.some(({ reads }, reader) => runsAgain.has(reader) && reads.includes(number)))
        runsAgain.add(number);
    }
    const { status, called, values: found } = await runs.run(2);
    expect({ status, called }).toEqual({
      status: "succeeded",
      called: numbersOf(tasks, (_, number) => runsAgain.has(number)),
    });
    for (const [dataset, value] of found) expect(value).toBe(values[Number(dataset.slice(1))]);
  });
  await fc.assert(property, { numRuns: 60 });
});

describe("a task that has to make again what is lost", () => {
  const task = (reads: readonly number[], isChanged = false): Noted => ({
    reads,
    turns: 1,
    isChanged,
    isDamaged: false,
  });

  it("may fail: what reads from it is cancelled, and the run goes on with the rest", async () => {
    const runs = makeRuns([task([]), task([0], true), task([], true)], 2);
    await runs.run(1);
    runs.damage(0);
    const { status, statuses, called } = await runs.run(2, { failing: 0, keepGoing: true });
    expect({ status, statuses, called }).toEqual({
      status: "failed",
      statuses: ["failed", "cancelled", "succeeded"],
      called: [0, 2],
    });
  });

  it("stops the run when it fails", async () => {
    const runs = makeRuns([task([]), task([0], true)], 2);
    await runs.run(1);
    runs.damage(0);
    const { status, statuses } = await runs.run(2, { failing: 0 });
    expect({ status, statuses }).toEqual({ status: "failed", statuses: ["failed", "cancelled"] });
  });
});
