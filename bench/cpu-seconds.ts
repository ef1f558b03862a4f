import { spawnSync } from "node:child_process";
import process from "node:process";

/** CPU seconds, user and system, of a run of Node with the given arguments; it must end well. */
export function cpuSeconds(folder: string, args: readonly string[]): number {
  // bash's `time` counts what its child used.
  const script = 'TIMEFORMAT="%U %S"; time "$@" >&2';
  const result = spawnSync("/usr/bin/env", ["bash", "-c", script, "bash", process.execPath, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  const times = /([\d.]+) ([\d.]+)\s*$/.exec(result.stderr);
  if (result.status !== 0 || !times) {
    throw new Error(`${args.join(" ")} failed: ${result.stdout}${result.stderr}`);
  }
  return Number(times[1]) + Number(times[2]);
}
