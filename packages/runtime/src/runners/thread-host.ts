import type { MessagePort } from "node:worker_threads";
import { portConnection } from "./connection.js";
import { TaskHost } from "./task-host.js";

/** Serves one call; what piscina calls on a thread. */
export default async function serve(port: MessagePort): Promise<void> {
  try {
    await new TaskHost(portConnection(port)).serve();
  } finally {
    port.close();
  }
}
