/** A real PostgreSQL server on loopback, in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import pg from "pg";

export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** The URL of a database; by default as `glacier`, who may do everything. */
  url(options?: UrlOptions): string;
  /** Runs SQL; gives the rows of the last statement. */
  query(sql: string, options?: UrlOptions): Promise<readonly Record<string, unknown>[]>;
  /** Ends the server as a crash does, and starts it again. */
  crash(): Promise<void>;
  /** Ends the server, and removes what it has kept. */
  stop(): Promise<void>;
}

interface UrlOptions {
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

const install = fileURLToPath(new URL("../../scripts/install-postgres.sh", import.meta.url));
/** PostgreSQL refuses to run as root. */
const runAs = process.getuid?.() === 0 ? "nobody" : undefined;

/** @returns undefined, with the reason printed, where there is no server and none can be installed */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = findBinaries() ?? installBinaries();
  if (!bin) {
    console.warn(
      "Tests with PostgreSQL are skipped: there is no initdb; scripts/install-postgres.sh installs it.",
    );
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "glacier-postgres-"));
  const user = runAs ? identity(runAs) : undefined;
  if (user) chownSync(folder, user.uid, user.gid);
  const password = "right/p@ss";
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const data = join(folder, "data");
  const settings = [
    "--username=glacier",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-sync",
    "--no-locale",
  ];
  execFileSync(join(bin, "initdb"), ["-D", data, `--pwfile=${passwordFile}`, ...settings], {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await freePort();
  const start = async () => {
    const options = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "log_min_messages=log"];
    const server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), "-k", "", ...options], {
      ...user,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await ready(server);
    return server;
  };
  let server = await start();
  /** At once: nothing is kept. */
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGQUIT");
    await ended;
  };
  const url: PostgresServer["url"] = (options = {}) => {
    const given = { port, user: "glacier", password, database: "postgres", ...options };
    const login = `${encodeURIComponent(given.user)}:${encodeURIComponent(given.password)}`;
    return `postgresql://${login}@127.0.0.1:${given.port}/${given.database}`;
  };
  return {
    port,
    password,
    url,
    query: async (sql, options) => {
      const client = new pg.Client(url(options));
      await client.connect();
      try {
        const results = [await client.query(sql)].flat();
        return results.at(-1)?.rows ?? [];
      } finally {
        await client.end();
      }
    },
    crash: async () => {
      await end();
      server = await start();
    },
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's newest, or those on the PATH. */
function findBinaries(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}

function installBinaries(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  try {
    execFileSync("sh", [install], { stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    return undefined;
  }
  return findBinaries();
}

function identity(name: string): { readonly uid: number; readonly gid: number } {
  const ask = (option: string) => Number(execFileSync("id", [option, name], { encoding: "utf8" }));
  return { uid: ask("-u"), gid: ask("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    // Read to the end, or the server would wait for somebody to do so.
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = `${log}${text}`.slice(-10_000);
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${log}`)));
  });
}
