/** Tasks that do what no task should, the same ones for each place where they can run. */
import type { Files } from "../../rig/temp-project.js";

const tasksWith = (options: string) => `\
import { compute, type Dataset, type TaskContext, task } from "@glacier-ts/core";

export type Fine = Dataset<"fine", number>;
export type Text = Dataset<"text", number>;
export type Nothing = Dataset<"nothing", number>;
export type Thing = Dataset<"thing", number>;
export type Late = Dataset<"late", number>;
export type Wrong = Dataset<"wrong", { id: number }[]>;
export type Missing = Dataset<"missing", number>;
export type Looping = Dataset<"looping", number>;
export type Exited = Dataset<"exited", number>;
export type Stray = Dataset<"stray", number>;
export type Callable = Dataset<"callable", { call: number }>;
export type Killed = Dataset<"killed", number>;
export type Greedy = Dataset<"greedy", number>;
export type After = Dataset<"after", number>;
export type Last = Dataset<"last", number>;

export const fine = task({ ${options} }, (): Fine => 1);
export const throwsText = task({ ${options} }, (): Text => {
  throw "just a text";
});
export const throwsNothing = task({ ${options} }, async (): Promise<Nothing> => {
  throw undefined;
});
export const throwsThing = task({ ${options} }, (): Promise<Thing> => Promise.reject({ code: 7, toString: null }));
export const rejectsLate = task({ timeout: "50ms", ${options} }, (context: TaskContext): Promise<Late> =>
  new Promise((_, reject) => {
    const tick = setInterval(() => {}, 1000);
    context.signal.addEventListener("abort", () => {
      clearInterval(tick);
      setImmediate(() => reject(new Error("too late")));
    });
  }));
export const returnsText = task({ ${options} }, (): Wrong => [{ id: 1 }, { id: "two" }] as unknown as Wrong);
export const returnsNothing = task({ ${options} }, (): Missing => undefined as unknown as Missing);
export const loops = task({ timeout: "50ms", ${options} }, (): Looping => {
  for (;;);
});
export const exits = task({ ${options} }, (): Exited => process.exit(3));
export const throwsElsewhere = task({ ${options} }, (): Promise<Stray> =>
  new Promise(() => {
    setImmediate(() => {
      throw new TypeError("from a callback");
    });
  }));
export const returnsFunction = task({ ${options} }, (): Callable => ({ call: () => 1 }) as unknown as Callable);
export const killed = task({ ${options} }, async (): Promise<Killed> => {
  process.kill(process.pid, "SIGKILL");
  return 1;
});
export const greedy = task({ compute: compute.container({ image: "a:1", memory: 48 }) }, (): Greedy => {
  const kept: number[][] = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length));
});
export function readsFine(fine: Fine): After {
  return fine + 1;
}
export function readsText(text: Text): Last {
  return text + 1;
}
`;

const tasks = ["fine", "readsFine", "throwsText", "readsText", "throwsNothing", "throwsThing", "rejectsLate"];
const returning = ["returnsText", "returnsNothing"];
/** In the run's own process, the first two cannot be stopped, and the others would end it. */
const placed = ["loops", "returnsFunction", "exits", "throwsElsewhere", "greedy"];

const pipelineOf = (name: string, module: string, names: readonly string[]) => `\
import { pipeline } from "@glacier-ts/core";
import * as tasks from "./${module}.js";
export const ${name} = pipeline({ name: "${name}", tasks: [${names.map((task) => `tasks.${task}`).join(", ")}] });
`;

export const misbehaving: Files = {
  "src/plain.ts": tasksWith(""),
  "src/on-threads.ts": tasksWith("compute: compute.local({ workers: 1 })"),
  "src/here.ts": pipelineOf("here", "plain", [...tasks, ...returning]),
  "src/threads.ts": pipelineOf("threads", "on-threads", [...tasks, ...returning, ...placed]),
  "src/processes.ts": pipelineOf("processes", "plain", [...tasks, ...returning, ...placed, "killed"]),
};
