// Ends its process by SIGKILL before the file system or the database does something for the n-th time; DIE_AT says which.
// Without it, the count is written to the file OPERATIONS when the process exits.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { isMainThread } from "node:worker_threads";

if (isMainThread && !process.send) count();

function count() {
  const dieAt = Number(process.env.DIE_AT ?? Number.POSITIVE_INFINITY);
  let operations = 0;
  const around = (object, names) => {
    for (const name of names) {
      const original = object[name];
      object[name] = function (...args) {
        if (++operations === dieAt) process.kill(process.pid, "SIGKILL");
        return original.apply(this, args);
      };
    }
  };
  around(fs, ["mkdirSync", "openSync", "renameSync", "rmSync", "writeFileSync"]);
  around(fs.promises, ["mkdir", "open", "rename", "rm"]);
  around(DatabaseSync.prototype, ["exec"]);
  around(StatementSync.prototype, ["run"]);
  const { open } = fs.promises;
  // The prototype of file handles is not exported.
  let isKnown = false;
  fs.promises.open = async (...args) => {
    const handle = await open(...args);
    if (!isKnown) around(Object.getPrototypeOf(handle), ["write", "sync", "close"]);
    isKnown = true;
    return handle;
  };
  syncBuiltinESMExports();
  const { OPERATIONS } = process.env;
  const { writeFileSync } = fs;
  if (OPERATIONS) process.on("exit", () => writeFileSync(OPERATIONS, String(operations)));
}
