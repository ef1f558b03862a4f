/** What somebody sees who watches a run. `script` of util-linux makes the pseudo-terminal. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { startGlacierInTerminal } from "../rig/glacier.js";
import { withoutEscapes, withoutTimes } from "../rig/output.js";
import { makeProject } from "../rig/temp-project.js";

const hasPseudoTerminals = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0;
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

/** A task that reports progress, prints, and goes on when a line is typed; one that reads from it. */
const project = (end = "return 1;") =>
  makeProject({
    "src/tasks.ts": `\
import { once } from "node:events";
import { type Dataset, pipeline, type TaskContext } from "@glacier-ts/core";
export type First = Dataset<"first", number>;
export type Second = Dataset<"second", { total: number }>;
export async function load(context: TaskContext): Promise<First> {
  context.progress(1, 4);
  console.log("printed by the task");
  context.log("logged by the task");
  await once(process.stdin, "data");
  ${end}
}
export function use(first: First): Second { return { total: first }; }
export const main = pipeline({ name: "main", tasks: [load, use] });
`,
  });

describe.skipIf(!hasPseudoTerminals)("a run in a terminal", () => {
  it("is drawn live, and leaves its summary", async () => {
    const running = startGlacierInTerminal(project().folder, ["run"]);
    await running.output("25% (1/4)");
    running.type("\n");
    const { stdout, code } = await running.finished;
    expect(code).toBe(0);
    expect(stdout.split(hideCursor)).toHaveLength(2);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor));

    const plain = withoutTimes(withoutEscapes(stdout)).replaceAll("\r", "");
    expect(plain).toContain("printed by the task\n");
    expect(plain).toContain("load: logged by the task\n");
    expect(plain).toMatch(
      /main {2}0\/2 tasks · 1 running · <time>\n. load {2}<time> {2}█{5}░{15} 25% \(1\/4\)\n· use\n/,
    );
    expect(
      plain.endsWith(`\
task  status     duration
load  succeeded  <time>
use   succeeded  <time>

second
total  1

main succeeded: 2 tasks in <time>.
`),
    ).toBe(true);
    expect(stdout).toContain("\u001b[32msucceeded\u001b[39m");
  });

  it("shows of many tasks those that run, as far as there is room", async () => {
    const numbers = Array.from({ length: 30 }, (_, number) => number);
    const many = makeProject({
      "src/tasks.ts": `\
import { once } from "node:events";
import { type Dataset, pipeline } from "@glacier-ts/core";
const typed = once(process.stdin, "data");
${numbers
  .map(
    (n) =>
      `export async function task${n}(): Promise<Dataset<"data${n}", number>> { await typed; return ${n}; }`,
  )
  .join("\n")}
export const main = pipeline({ name: "main", tasks: [${numbers.map((n) => `task${n}`).join(", ")}] });
`,
    });
    const running = startGlacierInTerminal(many.folder, ["run", "--concurrency", "25"]);
    await running.output("… and 5 more");
    running.type("\n");
    const { stdout, code } = await running.finished;
    expect(code).toBe(0);
    const plain = withoutTimes(withoutEscapes(stdout)).replaceAll("\r", "");
    expect(plain).toContain("main  0/30 tasks · 25 running · <time>\n");
    expect(plain).toContain("… and 10 faster tasks\n");
  });

  it("keeps failures in sight", async () => {
    const running = startGlacierInTerminal(project('throw new Error("broken");').folder, ["run"]);
    await running.output("25% (1/4)");
    running.type("\n");
    const { stdout, code } = await running.finished;
    expect(code).toBe(1);
    const plain = withoutTimes(withoutEscapes(stdout)).replaceAll("\r", "");
    expect(plain).toContain("\n✗ load  <time>  Error: broken\n");
    expect(plain).toContain("error GLA5001: Task 'load' failed: Error: broken\n    at ");
    expect(plain.trimEnd().endsWith("Found 1 error.")).toBe(true);
  });

  it("gives the cursor back when it is interrupted", async () => {
    const running = startGlacierInTerminal(project().folder, ["run"]);
    await running.output("25% (1/4)");
    running.type("\u0003");
    await running.output("Press Ctrl-C again");
    running.type("\u0003");
    const { stdout, code } = await running.finished;
    expect(code).toBe(1);
    expect(stdout.lastIndexOf(showCursor)).toBeGreaterThan(stdout.lastIndexOf(hideCursor));
  });

  it.each([
    ["CI", { CI: "true" }],
    ["a dumb terminal", { TERM: "dumb" }],
  ])("moves no cursor in %s", async (_, env) => {
    const running = startGlacierInTerminal(project().folder, ["run", "--no-color"], { env });
    await running.output("load: logged by the task");
    running.type("\n");
    const { stdout, code } = await running.finished;
    expect(code).toBe(0);
    expect(stdout).toBe(withoutEscapes(stdout));
    expect(stdout).toContain("✓ load");
  });
});
