import { describe, expect, it } from "vitest";
import { startGlacier } from "../rig/glacier.js";
import { jsonLines, withoutTimes } from "../rig/output.js";
import { makeProject } from "../rig/temp-project.js";

const waiting = (body: string) =>
  makeProject({
    "src/tasks.ts": `\
import { type Dataset, pipeline, type TaskContext } from "@glacier-ts/core";
export type First = Dataset<"first", number>;
export type Second = Dataset<"second", number>;
export async function wait(context: TaskContext): Promise<First> {
  context.log("waiting");
${body}
}
export function use(first: First): Second { return first + 1; }
export const main = pipeline({ name: "main", tasks: [wait, use] });
`,
  });

const untilAborted = `
  const tick = setInterval(() => {}, 1000);
  await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped"))));
  clearInterval(tick);
  return 1;`;

describe("Ctrl-C", () => {
  it("cancels the run", async () => {
    const running = startGlacier(waiting(untilAborted).folder, ["run"]);
    await running.output("wait: waiting");
    running.interrupt();
    const { stdout, stderr, code } = await running.finished;
    expect(withoutTimes(stdout)).toBe(`\
task  status     duration
wait  cancelled  <time>
use   cancelled

main cancelled: 2 tasks, 2 cancelled in <time>.
`);
    expect(stderr).toBe(`\
wait: waiting
Cancelling: tasks are asked to stop. Press Ctrl-C again to exit at once.
- wait  cancelled
- use  cancelled

error GLA5012: The run of pipeline 'main' was cancelled.

Found 1 error.
`);
    expect(code).toBe(1);
  });

  it("ends the JSON stream with a cancelled result", async () => {
    const running = startGlacier(waiting(untilAborted).folder, ["run", "--json"]);
    await running.output("waiting");
    running.interrupt();
    const { stdout, stderr, code } = await running.finished;
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      type: "result",
      status: "cancelled",
      diagnostics: [{ code: "GLA5012" }],
    });
  });

  it("exits at once the second time", async () => {
    const stubborn = "  await new Promise((resolve) => setInterval(resolve, 1_000_000));\n  return 1;";
    const running = startGlacier(waiting(stubborn).folder, ["run"]);
    await running.output("wait: waiting");
    running.interrupt();
    await running.output("Press Ctrl-C again");
    running.interrupt();
    const { stdout, code } = await running.finished;
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  });
});
