import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** Waits for the end of its input, which comes with the end of the process that holds the other end. */
const script = `trap '' HUP INT QUIT TERM; read -r _; kill -KILL "$1"`;

/**
 * Ends a child process when this one ends, however it does. A child whose event loop is blocked cannot notice that its
 * parent is gone, so a shell waits for that: it costs a few milliseconds less than a thread in the child would. Without a
 * shell nobody watches; on Windows the system does.
 */
export function endWithThisProcess(child: ChildProcess): void {
  if (process.platform === "win32") return;
  const watcher = spawn("/bin/sh", ["-c", script, "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => {});
  child.once("exit", () => watcher.kill("SIGKILL"));
}
