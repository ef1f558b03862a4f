import { GlacierError, report } from "@glacier-ts/core";
import type { Client, ClientConfig } from "pg";
import type { from, to } from "pg-copy-streams";
import { loadSdk } from "../../load-sdk.js";
import type { Environment, StorageOptions } from "../../storage-options.js";
import { refusal } from "./refusal.js";

const connectionTimeoutMs = 10_000;

/** A way to a database. */
export interface Database {
  /** The database for people; empty where the way to it is secret. */
  readonly place: string;
  readonly copyFrom: typeof from;
  readonly copyTo: typeof to;
  /** @throws StorageError where no connection can be made */
  open(): Promise<Client>;
}

/** @throws GlacierError with GLA5050 where `pg` is not installed, GLA1010 where the connection is no URL */
export async function findDatabase(options: StorageOptions): Promise<Database> {
  const [pg, streams] = await loadSdk(options, ["pg", "pg-copy-streams"], () =>
    Promise.all([import("pg"), import("pg-copy-streams")]),
  );
  const connection = options.text("connection");
  const isUrl = !connection || /^postgres(ql)?:\/\//.test(connection.value);
  const config: ClientConfig = connection ? { connectionString: connection.value } : variables(options.env);
  const make = () => {
    try {
      if (isUrl) return new pg.Client({ ...config, connectionTimeoutMillis: connectionTimeoutMs });
    } catch {
      // The error shows the URL.
    }
    throw invalidConnection(options.dataset);
  };
  make();
  return {
    place: connection?.isSecret === false ? placeOf(connection.value) : "",
    copyFrom: streams.from,
    copyTo: streams.to,
    open: async () => {
      const client = make();
      // What breaks while nothing is asked is told by the next query.
      client.on("error", () => {});
      try {
        await client.connect();
      } catch (error) {
        await close(client);
        throw refusal(error);
      }
      return client;
    },
  };
}

/** What is not committed is undone by the server. A connection that is in use is cut. */
export async function close(client: Client): Promise<void> {
  await client.end().catch(() => {});
}

/** As `pg` has them of the process; these are those of the run. */
function variables(env: Environment): ClientConfig {
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE } = env;
  return {
    ...(PGHOST && { host: PGHOST }),
    ...(PGPORT && { port: Number(PGPORT) }),
    ...(PGUSER && { user: PGUSER }),
    ...(PGPASSWORD && { password: PGPASSWORD }),
    ...(PGDATABASE && { database: PGDATABASE }),
  };
}

function invalidConnection(dataset: string): GlacierError {
  const owner = `dataset '${dataset}'`;
  const expected =
    "a URL such as postgresql://user:password@host/database, with what is special in it as %40";
  return new GlacierError([
    report("invalidOption", { owner, option: "connection", found: "something else", expected }),
  ]);
}

/** Host and database only: the rest of the URL has the password in it. */
function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return ` at ${host}${pathname}`;
  } catch {
    return "";
  }
}
