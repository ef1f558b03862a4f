/** Runs that remember: the same values as without memory, and exactly the tasks that something has changed for. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { forecast, LocalExecutor, type LocalState } from "@glacier-ts/runtime";
import { State } from "@glacier-ts/runtime/state";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { idOf, makePipeline, type TaskSketch } from "./make-graph.js";

const folders: string[] = [];
const states: State[] = [];
afterEach(() => {
  for (const state of states.splice(0)) state.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function openState(): State {
  const folder = mkdtempSync(path.join(tmpdir(), "glacier-kept-"));
  folders.push(folder);
  const opened = State.open(path.join(folder, ".glacier"));
  if (!opened.ok) throw new Error(opened.failure.message);
  states.push(opened.value.state);
  return opened.value.state;
}

/** A task that makes a small number of its version and its inputs; of some, nothing. */
interface Numbered {
  readonly reads: readonly number[];
  readonly version: number;
}

const result = (task: number, version: number, inputs: readonly (number | null)[]): number | null => {
  const mixed = inputs.reduce<number>((sum, input) => sum * 7 + (input ?? 3), task + version * 5) % 6;
  return mixed === 0 ? null : mixed;
};

/** Chains and layers: a task reads up to three of those before it. Inputs that are null count. */
function sketch(tasks: readonly Numbered[], called: number[]): TaskSketch[] {
  return tasks.map(({ reads, version }, number) => ({
    name: `t${number}`,
    reads: reads.map((read) => ({ dataset: `d${read}`, nullable: true as const })),
    makes: [{ dataset: `d${number}`, path: "", nullable: true as const }],
    run: (...inputs: (number | null)[]) => {
      called.push(number);
      return result(number, version, inputs);
    },
  }));
}

async function run(tasks: readonly Numbered[], local: Omit<LocalState, "codeVersions"> | undefined) {
  const called: number[] = [];
  const keep = tasks.map((_, number) => `d${number}`);
  const codeVersions = new Map(
    tasks.map(({ version }, number) => [idOf(`t${number}`) as string, `v${version}`]),
  );
  const executor = new LocalExecutor({ concurrency: 3, ...(local && { state: { ...local, codeVersions } }) });
  const outcome = await executor.execute({ ...makePipeline(sketch(tasks, called)), projectRoot: "", keep });
  expect(outcome.status).toBe("succeeded");
  return { called: called.toSorted((a, b) => a - b), datasets: outcome.datasets };
}

const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, number) =>
        fc.uniqueArray(fc.nat(Math.max(0, number - 1)), { maxLength: number === 0 ? 0 : 3 }),
      ),
    ),
  );

it("come to what they come to without memory, and call what has not been called so before", async () => {
  const property = fc.asyncProperty(
    graphs,
    fc.array(fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), { minLength: 2, maxLength: 5 }),
    async (reads, rounds) => {
      const state = openState();
      /** By task: versions and inputs that it was called with. */
      const before = new Set<string>();
      for (const versions of rounds) {
        const tasks = reads.map((read, number) => ({ reads: read, version: versions[number] ?? 0 }));
        const values: (number | null)[] = [];
        const expected: number[] = [];
        for (const [number, { reads, version }] of tasks.entries()) {
          const inputs = reads.map((read) => values[read] as number | null);
          values.push(result(number, version, inputs));
          const made = JSON.stringify([number, version, inputs]);
          if (!before.has(made)) expected.push(number);
          before.add(made);
        }
        const remembering = await run(tasks, { state });
        expect(remembering.called).toEqual(expected);
        expect(remembering.datasets).toEqual((await run(tasks, undefined)).datasets);
        expect([...remembering.datasets.values()]).toEqual(values);
      }
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

it("know that what was skipped, and what is null, has not changed", async () => {
  const state = openState();
  const pipeline = makePipeline([
    { name: "a", makes: [{ dataset: "none", path: "", nullable: true }], run: () => null },
    { name: "b", reads: ["none"], makes: ["skipped"], run: () => 1 },
    { name: "c", reads: [{ dataset: "skipped", nullable: true }], makes: ["text"], run: String },
    { name: "d", reads: [{ dataset: "none", nullable: true }], makes: ["other"], run: String },
  ]);
  const codeVersions = new Map(["a", "b", "c", "d"].map((name) => [idOf(name) as string, "1"]));
  const request = { ...pipeline, projectRoot: "", keep: ["other"] };
  const execute = (force: boolean, selected?: string) =>
    new LocalExecutor({ state: { state, codeVersions, force } }).execute({
      ...request,
      ...(selected !== undefined && { selected: new Set([idOf(selected)]) }),
    });
  await execute(false);
  expect((await execute(false)).tasks.get(idOf("c"))).toBe("cached");
  expect((await execute(true, "d")).datasets.get("other")).toBe("null");
  const forecasts = await forecast({ state, codeVersions }, request);
  expect(forecasts.get(idOf("c"))).toMatchObject({ does: "use-again" });
});

describe("values", () => {
  it("come back as they went, of whatever kind", async () => {
    const state = openState();
    const value = {
      at: new Date(1e12),
      big: 2n ** 70n,
      bytes: new Uint8Array([1, 2, 3]),
      map: new Map([["a", new Set([1])]]),
      none: undefined,
      text: "ä𝄞",
    };
    const pipeline = makePipeline([{ name: "a", makes: ["value"], run: () => value }]);
    const codeVersions = new Map([[idOf("a") as string, "1"]]);
    const execute = () =>
      new LocalExecutor({ state: { state, codeVersions } }).execute({
        ...pipeline,
        projectRoot: "",
        keep: ["value"],
      });
    await execute();
    const again = await execute();
    expect(again.tasks.get(idOf("a"))).toBe("cached");
    expect(again.datasets.get("value")).toEqual(value);
  });

  it("that cannot be kept are made each time, with what reads them", async () => {
    const state = openState();
    let calls = 0;
    const pipeline = makePipeline([
      { name: "a", makes: ["f"], run: () => () => 1 },
      { name: "b", reads: ["f"], makes: ["n"], run: (f: () => number) => f() + calls++ },
    ]);
    const codeVersions = new Map(["a", "b"].map((name) => [idOf(name) as string, "1"]));
    for (let round = 1; round <= 2; round++) {
      const outcome = await new LocalExecutor({ state: { state, codeVersions } }).execute({
        ...pipeline,
        projectRoot: "",
        keep: ["n"],
      });
      expect(outcome.datasets.get("n")).toBe(round);
    }
  });
});
