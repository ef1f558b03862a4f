/** Serves one call, in a process that ends with it. */
import process from "node:process";
import { processConnection } from "./connection.js";
import { TaskHost } from "./task-host.js";

// Ctrl-C reaches every process of a terminal. What becomes of the task is for the runner to say.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());

const connection = processConnection(process);
await new TaskHost(connection).serve();
await connection.flushed();
process.exit();
