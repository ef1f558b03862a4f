/** Ctrl-C, once and twice: what has begun hears of it, nothing else begins, and what is finished stays so. */
import { describe, expect, it } from "vitest";
import { glacier, startGlacier } from "../rig/glacier.js";
import { jsonLines } from "../rig/output.js";
import { makeSharedProject } from "../rig/temp-project.js";

/** `wait` waits for its signal unless PATIENT says otherwise; each task says in the log what happens to it. */
const project = makeSharedProject({
  "src/tasks.ts": `\
import { compute, type Dataset, type Param, pipeline, task, type TaskContext } from "@glacier-ts/core";
export type Quick = Dataset<"quick", number>;
export type Waited = Dataset<"waited", number>;
export type Waited2 = Dataset<"waited_elsewhere", number>;
export type Sum = Dataset<"sum", number>;
async function untilAborted(context: TaskContext): Promise<number> {
  if (process.env.IS_PATIENT) return 1;
  const tick = setInterval(() => {}, 1000);
  context.log("waiting");
  await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
  context.log("heard");
  if (process.env.IS_STUBBORN) await new Promise(() => {});
  clearInterval(tick);
  throw new Error("stopped");
}
export function quick(round: Param<"round", number>): Quick { return round; }
export const wait = task({}, async (quick: Quick, context: TaskContext): Promise<Waited> =>
  (quick + (await untilAborted(context))) as Waited);
export const waitElsewhere = task({ compute: compute.local({ workers: 1 }) }, async (quick: Quick, context: TaskContext): Promise<Waited2> =>
  (quick + (await untilAborted(context))) as Waited2);
export function add(waited: Waited, other: Waited2): Sum { return waited + other; }
export const main = pipeline({ name: "main", tasks: [quick, wait, waitElsewhere, add] });
`,
});

let round = 0;

describe.each([
  ["in the run's process and on a thread", []],
  ["in processes of their own", ["--isolate"]],
])("a run whose tasks are %s", (_, args) => {
  it("is cancelled by one Ctrl-C, and can be gone on with", async () => {
    const { running, runId } = await startWaiting({}, args);
    running.interrupt();
    const { stdout, stderr, code } = await running.finished;
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    const lines = jsonLines(stdout);
    const logged = lines.filter(({ type }) => type === "task-logged").map(({ message }) => message);
    expect(logged.sort()).toEqual(["heard", "heard", "waiting", "waiting"]);
    expect(lines.some(({ type, task }) => type === "task-started" && String(task).endsWith("add"))).toBe(
      false,
    );
    expect(await statusOf(runId)).toEqual({
      status: "cancelled",
      tasks: ["add cancelled", "quick succeeded", "wait cancelled", "waitElsewhere cancelled"],
    });
    await expectGoesOn(args);
  });

  it("ends at the second Ctrl-C, and can be gone on with", async () => {
    const { running, runId } = await startWaiting({ IS_STUBBORN: "1" }, args);
    running.interrupt();
    await running.output("heard");
    running.interrupt();
    expect((await running.finished).code).toBe(1);
    expect(await statusOf(runId)).toEqual({ status: "interrupted", tasks: ["quick succeeded"] });
    await expectGoesOn(args);
  });
});

/** Starts a run, and waits until both of its tasks wait. */
async function startWaiting(env: Readonly<Record<string, string>>, args: readonly string[]) {
  round++;
  const words = ["run", "--json", "--concurrency", "2", "--param", `round=${round}`, ...args];
  const running = startGlacier(project.folder, words, { env });
  const runId = await new Promise<string>((resolve, reject) => {
    let waiting = 0;
    running.onLine((line) => {
      const event = JSON.parse(line);
      if (event.message === "waiting" && ++waiting === 2) resolve(event.runId);
    });
    running.finished.then(({ stdout, stderr }) => reject(new Error(stdout + stderr)), reject);
  });
  return { running, runId };
}

async function statusOf(runId: string) {
  const { stdout } = await glacier(project.folder, ["runs", "show", runId, "--json"]);
  const { run } = JSON.parse(stdout);
  const tasks = run.tasks.map(({ id, status }: Record<string, string>) => `${id?.split("#")[1]} ${status}`);
  return { status: run.status, tasks: tasks.sort() };
}

async function expectGoesOn(args: readonly string[]): Promise<void> {
  const words = ["run", "--json", "--resume", ...args];
  const { stdout, code } = await glacier(project.folder, words, { env: { IS_PATIENT: "1" } });
  expect(code).toBe(0);
  expect(jsonLines(stdout).at(-1)).toMatchObject({
    status: "succeeded",
    tasks: { "src/tasks.ts#quick": "cached", "src/tasks.ts#add": "succeeded" },
    datasets: { sum: 2 * round + 2 },
  });
}
