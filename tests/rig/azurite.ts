/** Microsoft's emulator of Azure Blob Storage. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { closedPort } from "./closed-port.ts";

/** Emulators know this account, whose key is public. */
export const emulatorAccount = "devstoreaccount1";
export const emulatorKey =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export interface Azurite {
  readonly port: number;
  /** Starts again what was killed, and waits until it listens. */
  start(): Promise<void>;
  /** Breaks off what is under way. What is stored stays, other than in a crash: it is saved every few seconds only. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAzurite(): Promise<Azurite> {
  const folder = await mkdtemp(join(tmpdir(), "azurite-"));
  const port = await closedPort();
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const options = ["--blobHost", "127.0.0.1", "--blobPort", String(port)];
  let server: ChildProcess | undefined;
  // What the tests leave behind where they are interrupted.
  process.once("exit", () => server?.kill("SIGKILL"));
  const start = async () => {
    const output = await open(join(folder, "output"), "a");
    const flags = ["-l", folder, "--skipApiVersionCheck", "--silent", "--disableTelemetry"];
    server = spawn(process.execPath, [main, ...options, ...flags], {
      stdio: ["ignore", output.fd, output.fd],
    });
    await output.close();
    await listening(server, port);
  };
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = new Promise((resolve) => server?.once("exit", resolve));
    server.kill("SIGTERM");
    await exited;
  };
  const stop = async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, start, kill, stop };
}

/** Asks until somebody answers. */
async function listening(server: ChildProcess, port: number): Promise<void> {
  while (server.exitCode === null) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isThere) return;
    await setTimeout(50);
  }
  throw new Error(`azurite ended with status ${server.exitCode}`);
}
