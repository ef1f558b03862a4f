/** Tasks that do what no task should: each fails alone, for what it did, and all others succeed. */
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { jsonLines, withoutTimes } from "../rig/output.js";
import { makeSharedProject } from "../rig/temp-project.js";
import { misbehaving } from "./support/misbehaving-project.js";

const project = makeSharedProject({
  ...misbehaving,
  "src/flood.ts": `\
import { compute, type Dataset, pipeline, task } from "@glacier-ts/core";
function flood(): number {
  const line = \`\${"x".repeat(1023)}\\n\`;
  for (let count = 0; count < 50 * 1024; count++) process.stdout.write(line);
  return 1;
}
export type Here = Dataset<"here", number>;
export type Threaded = Dataset<"threaded", number>;
export const floodHere = (): Here => flood() as Here;
export const floodThread = task({ compute: compute.local({ workers: 1 }) }, (): Threaded => flood() as Threaded);
export const floods = pipeline({ name: "floods", tasks: [floodHere, floodThread] });
`,
});

/** Runs a pipeline, one task after the other. */
async function run(pipeline: string, ...args: readonly string[]): Promise<string> {
  const words = ["run", pipeline, "--force", "--keep-going", "--concurrency", "1", ...args];
  const { stdout, stderr, code } = await glacier(project.folder, words);
  const text = withoutTimes(`${stderr}\n${stdout}\nexit code ${code}`).replaceAll(project.folder, "…");
  // A task is told of when its result is committed, which may be while the next one runs.
  return text.replace(/^([✓✗-] .*\n)+/, (lines) => `${lines.trimEnd().split("\n").sort().join("\n")}\n`);
}

describe("a task that misbehaves fails alone", () => {
  it("in the run's own process", async () => {
    expect(await run("here")).toMatchInlineSnapshot(`
      "- readsText  cancelled
      ✓ fine  <time>
      ✓ readsFine  <time>
      ✗ rejectsLate  <time>  took longer than <time>
      ✗ returnsNothing  <time>  returned nothing for 'missing'
      ✗ returnsText  <time>  returned 'two' for 'wrong', expected a number
      ✗ throwsNothing  <time>  NonError: undefined
      ✗ throwsText  <time>  NonError: just a text
      ✗ throwsThing  <time>  NonError: { code: 7, toString: null }

      error GLA5001: Task 'throwsText' failed: NonError: just a text

      error GLA5002: Task 'rejectsLate' took longer than its timeout of <time>.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early

      error GLA5003: Task 'returnsNothing' returned nothing for dataset 'missing'.
        hint: return a value, or write \`| null\` in the return type

      error GLA5024: Task 'returnsText' returned 'two' for dataset 'wrong' at '[1].id', expected a number.

      error GLA5001: Task 'throwsNothing' failed: NonError: undefined

      error GLA5001: Task 'throwsThing' failed: NonError: { code: 7, toString: null }

      Found 6 errors.

      task            status     duration
      fine            succeeded  <time>
      rejectsLate     failed  <time>
      returnsNothing  failed  <time>
      returnsText     failed  <time>
      throwsNothing   failed  <time>
      throwsText      failed  <time>
      throwsThing     failed  <time>
      readsFine       succeeded  <time>
      readsText       cancelled

      after
      2

      here failed: 9 tasks, 6 failed, 1 cancelled in <time>.

      exit code 1"
    `);
  });

  it("on a thread", async () => {
    expect(await run("threads")).toMatchInlineSnapshot(`
      "- readsText  cancelled
      ✓ fine  <time>
      ✓ readsFine  <time>
      ✗ exits  <time>  it ended its process with exit code 3
      ✗ greedy  <time>  it needs more memory than the 48 MiB that it may use
      ✗ loops  <time>  took longer than <time>
      ✗ rejectsLate  <time>  took longer than <time>
      ✗ returnsFunction  <time>  the value that it returned cannot be sent to or from where the task runs
      ✗ returnsNothing  <time>  returned nothing for 'missing'
      ✗ returnsText  <time>  returned 'two' for 'wrong', expected a number
      ✗ throwsElsewhere  <time>  it threw an error that nothing caught, TypeError: from a callback
      ✗ throwsNothing  <time>  NonError: undefined
      ✗ throwsText  <time>  NonError: just a text
      ✗ throwsThing  <time>  NonError: { code: 7, toString: null }

      error GLA5001: Task 'throwsText' failed: NonError: just a text

      error GLA5021: Task 'exits' crashed: it ended its process with exit code 3.

      error GLA5021: Task 'greedy' crashed: it needs more memory than the 48 MiB that it may use.

      error GLA5002: Task 'loops' took longer than its timeout of <time>.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early

      error GLA5002: Task 'rejectsLate' took longer than its timeout of <time>.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early

      error GLA5023: Task 'returnsFunction' runs on a thread or in a process of its own, and the value that it returned cannot be sent there and back: () => 1 could not be cloned.
        hint: pass data only, or leave out the task's \`compute\`

      error GLA5003: Task 'returnsNothing' returned nothing for dataset 'missing'.
        hint: return a value, or write \`| null\` in the return type

      error GLA5024: Task 'returnsText' returned 'two' for dataset 'wrong' at '[1].id', expected a number.

      error GLA5021: Task 'throwsElsewhere' crashed: it threw an error that nothing caught, TypeError: from a callback.

      error GLA5001: Task 'throwsNothing' failed: NonError: undefined

      error GLA5001: Task 'throwsThing' failed: NonError: { code: 7, toString: null }

      Found 11 errors.

      task             status     duration
      exits            failed  <time>
      fine             succeeded  <time>
      greedy           failed  <time>
      loops            failed  <time>
      rejectsLate      failed  <time>
      returnsFunction  failed  <time>
      returnsNothing   failed  <time>
      returnsText      failed  <time>
      throwsElsewhere  failed  <time>
      throwsNothing    failed  <time>
      throwsText       failed  <time>
      throwsThing      failed  <time>
      readsFine        succeeded  <time>
      readsText        cancelled

      after
      2

      threads failed: 14 tasks, 11 failed, 1 cancelled in <time>.

      exit code 1"
    `);
  });

  it("in a process of its own", async () => {
    expect(await run("processes", "--isolate")).toMatchInlineSnapshot(`
      "- readsText  cancelled
      ✓ fine  <time>
      ✓ readsFine  <time>
      ✗ exits  <time>  it ended its process with exit code 3
      ✗ greedy  <time>  it needs more memory than the 48 MiB that it may use
      ✗ killed  <time>  its process was killed by SIGKILL
      ✗ loops  <time>  took longer than <time>
      ✗ rejectsLate  <time>  took longer than <time>
      ✗ returnsFunction  <time>  the value that it returned cannot be sent to or from where the task runs
      ✗ returnsNothing  <time>  returned nothing for 'missing'
      ✗ returnsText  <time>  returned 'two' for 'wrong', expected a number
      ✗ throwsElsewhere  <time>  it threw an error that nothing caught, TypeError: from a callback
      ✗ throwsNothing  <time>  NonError: undefined
      ✗ throwsText  <time>  NonError: just a text
      ✗ throwsThing  <time>  NonError: { code: 7, toString: null }

      error GLA5001: Task 'throwsText' failed: NonError: just a text

      error GLA5021: Task 'exits' crashed: it ended its process with exit code 3.

      error GLA5021: Task 'greedy' crashed: it needs more memory than the 48 MiB that it may use.

      error GLA5021: Task 'killed' crashed: its process was killed by SIGKILL.

      error GLA5002: Task 'loops' took longer than its timeout of <time>.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early

      error GLA5002: Task 'rejectsLate' took longer than its timeout of <time>.
        hint: raise \`timeout\`, or watch \`context.signal\` to stop early

      error GLA5023: Task 'returnsFunction' runs on a thread or in a process of its own, and the value that it returned cannot be sent there and back: () => 1 could not be cloned.
        hint: pass data only, or leave out the task's \`compute\`

      error GLA5003: Task 'returnsNothing' returned nothing for dataset 'missing'.
        hint: return a value, or write \`| null\` in the return type

      error GLA5024: Task 'returnsText' returned 'two' for dataset 'wrong' at '[1].id', expected a number.

      error GLA5021: Task 'throwsElsewhere' crashed: it threw an error that nothing caught, TypeError: from a callback.

      error GLA5001: Task 'throwsNothing' failed: NonError: undefined

      error GLA5001: Task 'throwsThing' failed: NonError: { code: 7, toString: null }

      Found 12 errors.

      task             status     duration
      exits            failed  <time>
      fine             succeeded  <time>
      greedy           failed  <time>
      killed           failed  <time>
      loops            failed  <time>
      rejectsLate      failed  <time>
      returnsFunction  failed  <time>
      returnsNothing   failed  <time>
      returnsText      failed  <time>
      throwsElsewhere  failed  <time>
      throwsNothing    failed  <time>
      throwsText       failed  <time>
      throwsThing      failed  <time>
      readsFine        succeeded  <time>
      readsText        cancelled

      after
      2

      processes failed: 15 tasks, 12 failed, 1 cancelled in <time>.

      exit code 1"
    `);
  });
});

describe("50 MB that a task writes to stdout", () => {
  it.each([
    ["in the run's own process", "floodHere", []],
    ["on a thread", "floodThread", []],
    ["in a process of its own", "floodHere", ["--isolate"]],
  ])("leave the JSON stream as it is: %s", async (_, task, args) => {
    const words = ["run", "floods", "--json", "--force", "--select", task, ...args];
    const { stdout, stderr, code } = await glacier(project.folder, words);
    const lines = jsonLines(stdout);
    expect(lines.map(({ type }) => type)).toEqual([
      "run-started",
      "task-started",
      "dataset-versioned",
      "task-succeeded",
      "run-finished",
      "result",
    ]);
    expect({ length: stderr.length, code }).toEqual({ length: 50 * 1024 * 1024, code: 0 });
    expect(stderr === `${"x".repeat(1023)}\n`.repeat(50 * 1024)).toBe(true);
  });
});
