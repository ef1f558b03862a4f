/** The thread of `TypeCheck`. */
import path from "node:path";
import { workerData } from "node:worker_threads";
import { findTypescript7 } from "./find-typescript.js";
import type { CheckAnswer, CheckOrder } from "./typescript7-check.js";
import { Typescript7Process } from "./typescript7-project.js";

const { configFile, done, port } = workerData as CheckOrder;
port.postMessage(check());
const flag = new Int32Array(done);
Atomics.store(flag, 0, 1);
Atomics.notify(flag, 0);

function check(): CheckAnswer {
  const installed = findTypescript7(path.dirname(configFile));
  if (!installed) return { error: "Internal error: TypeScript 7 is not there any more" };
  const compiler = new Typescript7Process(installed);
  try {
    const [opened] = compiler.openProjects([configFile]);
    return opened?.ok ? { diagnostics: opened.value.typeErrors() } : { diagnostics: [] };
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    compiler.close();
  }
}
