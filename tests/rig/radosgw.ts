/** Ceph's S3 server, the strictest that Debian has, with a small Ceph of one monitor and one store in memory. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { closedPort } from "./closed-port.ts";

const programs = ["ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"];
const missing = programs.filter((program) => {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return !folders.some((folder) => existsSync(join(folder, program)));
});

/** Why it cannot run here; undefined where it can. */
export const noRadosgw =
  missing.length === 0
    ? undefined
    : `S3 is not tested against radosgw: ${missing.join(", ")} not installed (scripts/install-radosgw.sh does it)`;

export interface Radosgw {
  readonly port: number;
  /** Starts again what was killed, and waits until it listens. */
  start(): Promise<void>;
  /** Kills the server, as a crash does. What is stored stays. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface RadosgwUser {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** @param users each owns its own buckets, and may not touch those of others */
export async function startRadosgw(users: readonly RadosgwUser[]): Promise<Radosgw> {
  const folder = await mkdtemp(join(tmpdir(), "radosgw-"));
  const monitorPort = await closedPort();
  const port = await closedPort();
  const cluster = randomUUID();
  const conf = join(folder, "ceph.conf");
  await writeFile(conf, configuration({ folder, cluster, monitorPort, port }));
  const running: ChildProcess[] = [];
  const run = async (program: string, ...args: string[]) =>
    (await promisify(execFile)(program, ["-c", conf, ...args])).stdout.trim();
  const launch = async (program: string, ...args: string[]) => {
    const output = await open(join(folder, `${program}.output`), "a");
    const stdio = ["ignore", output.fd, output.fd] as const;
    const child = spawn(program, ["-c", conf, "-f", ...args], { stdio: [...stdio] });
    await output.close();
    running.push(child);
    return child;
  };
  const stop = async () => {
    await Promise.all(running.splice(0).map(killed));
    await rm(folder, { recursive: true, force: true });
  };
  // What the tests leave behind where they are interrupted.
  process.once("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });

  let server: ChildProcess | undefined;
  const start = async () => {
    server = await launch("radosgw", "-n", "client.rgw");
    await listening(server, port);
  };
  try {
    await mkdir(join(folder, "mon"));
    await mkdir(join(folder, "osd"));
    const map = join(folder, "monmap");
    const address = `[v2:127.0.0.1:${monitorPort}]`;
    await run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", address, map);
    await run("ceph-mon", "-i", "a", "--mkfs", "--monmap", map);
    await launch("ceph-mon", "-i", "a");
    const uuid = randomUUID();
    const id = await run("ceph", "osd", "new", uuid);
    await run("ceph-osd", "-i", id, "--mkfs", "--osd-uuid", uuid);
    await launch("ceph-osd", "-i", id);
    await start();
    for (const { accessKeyId, secretAccessKey } of users) {
      const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`];
      const names = [`--uid=${accessKeyId}`, `--display-name=${accessKeyId}`];
      await run("radosgw-admin", "user", "create", ...names, ...keys);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = async () => {
    if (server) await killed(server);
  };
  return { port, start, kill, stop };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

/** Asks until somebody answers: the server says nothing when it is ready. */
async function listening(server: ChildProcess, port: number): Promise<void> {
  while (server.exitCode === null) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isThere) return;
    await setTimeout(50);
  }
  throw new Error(`radosgw ended with status ${server.exitCode}`);
}

interface Addresses {
  readonly folder: string;
  readonly cluster: string;
  readonly monitorPort: number;
  readonly port: number;
}

function configuration({ folder, cluster, monitorPort, port }: Addresses): string {
  return `[global]
fsid = ${cluster}
mon host = [v2:127.0.0.1:${monitorPort}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = ${folder}
admin socket =
log file = ${folder}/$name.log
mon data = ${folder}/mon
osd data = ${folder}/osd

# Nobody else is there to be kept out of the cluster, and without keys nothing is encrypted.
auth cluster required = none
auth service required = none
auth client required = none
keyring = /dev/null
ms mon client mode = crc
ms mon service mode = crc
ms mon cluster mode = crc

osd objectstore = memstore
memstore device bytes = 8589934592
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon data avail warn = 2

# A cluster of one agrees with itself at once.
paxos propose interval = 0.01
paxos min wait = 0.01

rgw frontends = beast endpoint=127.0.0.1:${port}
rgw run sync thread = false
`;
}
