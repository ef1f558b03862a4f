/** `tspc --watch`: the cycle is reported, and gone when it is mended. */
import { type ChildProcess, spawn } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { writeFiles } from "../analyzer/support/temp-project.js";
import { correctTasks, cycleError, cyclic, cyclicTasks } from "./support/sample.js";
import { makeProject, manifestOf, tspcFile } from "./support/tspc.js";

/** What a process prints, read up to a text that it prints. */
class Output {
  #text = "";
  #onMore = () => {};

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      this.#text += part;
      this.#onMore();
    });
  }

  /** Everything up to and with the text, once it is there; it is not read again. */
  async until(text: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(text);
      if (at >= 0) {
        const read = this.#text.slice(0, at + text.length);
        this.#text = this.#text.slice(at + text.length);
        return read;
      }
      await new Promise<void>((resolve) => {
        this.#onMore = resolve;
      });
    }
  }
}

it.each([{}, { incremental: true }])("follows edits, with %o", async (options) => {
  const folder = makeProject(cyclic, options);
  const child = spawn(process.execPath, [tspcFile, "-p", ".", "--watch", "--preserveWatchOutput"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill();
  });
  const output = new Output(child);

  expect(await output.until("Found 1 error. Watching for file changes.")).toContain(cycleError);
  expect(manifestOf(folder)).toBeUndefined();

  writeFiles(folder, { "src/tasks.ts": correctTasks });
  expect(await output.until("Found 0 errors. Watching for file changes.")).not.toContain("GLA");
  const correct = manifestOf(folder);
  expect(correct).toContain('"src/tasks.ts#score"');

  // An edit of another file than the one with the pipeline reaches the manifest.
  writeFiles(folder, { "src/tasks.ts": correctTasks.replaceAll("clean_users", "clean_people") });
  await output.until("Found 0 errors. Watching for file changes.");
  expect(manifestOf(folder)).toBe(correct?.replaceAll("clean_users", "clean_people"));

  // While there are errors, the last manifest stays.
  const before = manifestOf(folder);
  writeFiles(folder, { "src/tasks.ts": cyclicTasks });
  expect(await output.until("Found 1 error. Watching for file changes.")).toContain(cycleError);
  expect(manifestOf(folder)).toBe(before);
});
