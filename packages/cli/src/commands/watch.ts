import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { watch as watchFiles } from "chokidar";
import { type BuildRecord, readBuildRecord } from "../build-record/build-record.js";
import { configFileOf } from "../built-project.js";
import type { NamedProject } from "../checked-project.js";
import { findConfig } from "../config/load-config.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { Terminal } from "../terminal.js";

/** Editors save in several steps. */
const settleMs = 50;
/** What no task is made of: what others install, and what Glacier writes. */
const ignored = /[\\/](node_modules|\.glacier|\.git)([\\/]|$)/;

/**
 * `glacier run --watch`: runs, and after each saved file runs what it makes stale. Each run is a process of its own, as a
 * module cannot be imported anew. What is saved while a run goes on is seen when it has ended.
 */
export async function watch(named: NamedProject, terminal: Terminal): Promise<ExitCode> {
  const configFile = configFileOf(named.path);
  const files = watchFiles(path.dirname(configFile), { ignored, ignoreInitial: true });
  const interrupt = new AbortController();
  process.on("SIGINT", () => interrupt.abort());
  process.on("SIGTERM", () => interrupt.abort());
  await once(files, "ready");
  let isTouched = false;
  files.on("all", () => {
    isTouched = true;
  });
  const lastBuild = () => readBuildRecord(configFile, named.compiler);
  try {
    while (!interrupt.signal.aborted) {
      const before = dataStamps(lastBuild());
      isTouched = false;
      await runOnce(interrupt.signal);
      const record = lastBuild();
      const data = record?.isCurrent() ? dataStamps(record) : undefined;
      // A build that has failed has written nothing, so what was touched was saved by somebody.
      const isStale = data === undefined ? isTouched : before !== "" && data !== before;
      if (isStale || interrupt.signal.aborted) continue;
      terminal.stderr.writeLine(
        terminal.stderr.paint("faint", "\nWaiting for changes. Press Ctrl-C to end."),
      );
      await nextChange(files, interrupt.signal, () => {
        const now = lastBuild();
        return !now?.isCurrent() || dataStamps(now) !== data;
      });
    }
  } finally {
    await files.close();
  }
  return exitCode.fine;
}

/** Runs the same command line once. A terminal interrupts both processes; other senders of signals only know this one. */
async function runOnce(signal: AbortSignal): Promise<void> {
  const args = [...process.execArgv, ...withoutWatch(process.argv.slice(1))];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  await once(child, "exit");
  signal.removeEventListener("abort", end);
}

/** Settles when a file was saved that makes something stale, or at the interrupt. */
function nextChange(
  files: ReturnType<typeof watchFiles>,
  signal: AbortSignal,
  isStale: () => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const done = () => {
      clearTimeout(timer);
      files.off("all", look);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(() => isStale() && done(), settleMs);
    };
    files.on("all", look);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** Sizes and times of the files that pipelines read and do not make, by the last build that succeeded. */
function dataStamps(record: BuildRecord | undefined): string {
  if (!record || !existsSync(record.manifestFile)) return "";
  const { datasets, pipelines } = record.manifest();
  const external = new Set(Object.values(pipelines).flatMap((pipeline) => pipeline.external));
  const files = Array.from(external, (name) => {
    const { storage } = datasets[name] ?? {};
    return storage?.kind === "file" && typeof storage.path === "string"
      ? path.resolve(record.root, storage.path)
      : undefined;
  });
  return [...files, findConfig(record.root)]
    .map((file) => {
      const stats = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
      return `${file} ${stats?.size} ${stats?.mtimeMs}`;
    })
    .join("\n");
}

const withoutWatch = (args: readonly string[]) => args.filter((arg) => arg !== "--watch" && arg !== "-w");
