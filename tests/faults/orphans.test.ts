/** What is left of a run whose process is gone: nothing that runs. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startGlacier } from "../rig/glacier.js";
import { makeSharedProject } from "../rig/temp-project.js";

/** Tasks that say when they are there, and then never give way; where they run is gone when the connection is closed. */
const project = makeSharedProject({
  "src/tasks.ts": `\
import { once } from "node:events";
import { connect } from "node:net";
import { compute, type Dataset, pipeline, task } from "@glacier-ts/core";
async function loop(): Promise<number> {
  await once(connect(process.env.SOCKET as string), "connect");
  for (;;);
}
export type InProcess = Dataset<"in_process", number>;
export type OnThread = Dataset<"on_thread", number>;
export type Limited = Dataset<"limited", number>;
export const inProcess = async (): Promise<InProcess> => await loop() as InProcess;
export const onThread = task({ compute: compute.local({ workers: 1 }) }, async (): Promise<OnThread> => await loop() as OnThread);
export const limited = task({ compute: compute.container({ image: "a:1", memory: 256 }) }, async (): Promise<Limited> => await loop() as Limited);
export const main = pipeline({ name: "main", tasks: [inProcess, onThread, limited] });
`,
});

it.each([
  ["killed", "in a process of its own", ["--select", "inProcess", "onThread", "--isolate"], 2],
  ["killed", "in a process with a limit, and one on a thread", ["--select", "limited", "onThread"], 2],
  ["interrupted twice", "in a process of its own", ["--select", "inProcess", "onThread", "--isolate"], 2],
])("an endless loop does not outlive a run that is %s: %s", async (how, _, args, tasks) => {
  const server = createServer();
  onTestFinished(() => void server.close());
  // Closing it removes the file.
  server.listen(project.path("socket"));
  await once(server, "listening");
  const running = startGlacier(project.folder, ["run", "--concurrency", "2", ...args], {
    env: { SOCKET: project.path("socket") },
  });
  const loops = await connections(server, tasks);
  const ended = Promise.all(loops.map((loop) => once(loop, "close")));
  if (how === "killed") running.kill();
  else {
    running.interrupt();
    await running.output("Press Ctrl-C again");
    running.interrupt();
  }
  expect((await running.finished).code).toBe(how === "killed" ? null : 1);
  await ended;
});

async function connections(server: Server, amount: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < amount) {
    const [socket] = (await once(server, "connection")) as [Socket];
    socket.on("error", () => {}).resume();
    sockets.push(socket);
  }
  return sockets;
}
