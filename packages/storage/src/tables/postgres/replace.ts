import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { StorageError } from "@glacier-ts/core";
import type { Client } from "pg";
import { type ColumnBatch, quoteName } from "../table-store.js";
import type { NewColumn } from "../write-columns.js";
import type { Database } from "./connect.js";
import { encodeCopy } from "./encode-copy.js";
import { qualified, typeNames } from "./types.js";

/** Where a table is. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/**
 * Replaces a table in one transaction, so that nothing of it is left where it fails or the server is killed: rows are
 * copied into a new table, which takes the former one's place at the end. Readers wait for that moment only, however
 * slowly the rows come.
 *
 * - To take its place is to be renamed, where the former table is nothing but its columns and rows. The rows are frozen:
 *   a transaction that began before sees either table whole.
 * - Where people have added to it (a view on it, grants, indexes, constraints, triggers, comments) and the columns are the
 *   same, it stays: it is emptied, and the database moves the new rows into it, in half of the time again. dbt drops and
 *   re-creates instead, and the views with it. `DELETE` in place of `TRUNCATE` would leave the space of dead rows, in
 *   which later rows lose their order, and delete from tables that refer to it; to a transaction in `REPEATABLE READ`
 *   that began before and first looks at the table afterwards it seems empty.
 * - Where the columns change, grants go over to the new table; what depends on the former one is a refusal, and never
 *   dropped.
 *
 * @returns the size in bytes
 */
export async function replaceTable(
  client: Client,
  { copyFrom }: Database,
  name: TableName,
  columns: readonly NewColumn[],
  batches: AsyncIterable<ColumnBatch>,
): Promise<number> {
  const fresh = `glacier_${randomBytes(8).toString("hex")}`;
  const freshTable = qualified(name.schema, fresh);
  const names = columns.map((column) => quoteName(column.name)).join(", ");
  const definitions = columns.map(
    ({ name, type, isNullable }) => `${quoteName(name)} ${typeNames[type]}${isNullable ? "" : " NOT NULL"}`,
  );
  await client.query("BEGIN; SET LOCAL client_encoding = 'UTF8'");
  await client.query(`CREATE TABLE ${freshTable} (${definitions.join(", ")})`);
  const copy = client.query(copyFrom(`COPY ${freshTable} (${names}) FROM STDIN (FORMAT binary, FREEZE)`));
  const types = columns.map(({ type }) => type);
  await writeAll(copy, encodeCopy(types, batches));
  await takePlace(client, name, fresh, columns, names);
  const size = await client.query("SELECT pg_table_size($1::regclass)::float8 AS bytes", [
    qualified(name.schema, name.table),
  ]);
  await client.query("COMMIT");
  return size.rows[0].bytes;
}

/** Node's `pipeline` would wait for the end of a stream whose connection is gone. */
async function writeAll(
  stream: ReturnType<Database["copyFrom"]>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  stream.on("error", (error) => {
    failure ??= { error };
  });
  for await (const chunk of chunks) {
    if (failure) throw failure.error;
    if (!stream.write(chunk)) await once(stream, "drain");
  }
  if (failure) throw failure.error;
  stream.end();
  await once(stream, "finish");
}

interface FormerTable {
  /** `r` for an ordinary table, `p` for one with partitions. */
  readonly kind: string;
  /** Whether it has nothing but columns and rows. */
  readonly is_plain: boolean;
  /** As in `definitionOf`, sorted. */
  readonly columns: readonly string[];
}

async function takePlace(
  client: Client,
  name: TableName,
  fresh: string,
  columns: readonly NewColumn[],
  names: string,
): Promise<void> {
  const table = qualified(name.schema, name.table);
  const freshTable = qualified(name.schema, fresh);
  // Two who create the table at once would both find none.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`glacier ${table}`]);
  const found = await client.query("SELECT relkind AS kind FROM pg_class WHERE oid = to_regclass($1)", [
    table,
  ]);
  const kind: string | undefined = found.rows[0]?.kind;
  if (kind !== undefined) {
    if (kind !== "r" && kind !== "p") throw new StorageError("failed", "it is no table, but a view or such");
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const former: FormerTable = (await client.query(formerSql, [table])).rows[0];
    const isSame = columns.map(definitionOf).sort().join() === [...former.columns].sort().join();
    if (isSame && !former.is_plain) {
      await client.query(`TRUNCATE ${table}`);
      await client.query("SET LOCAL max_parallel_workers_per_gather = 0");
      await client.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${freshTable}`);
      await client.query(`DROP TABLE ${freshTable}`);
      return;
    }
    const grants = await client.query(grantsSql, [table, freshTable]);
    for (const { statement } of grants.rows) await client.query(statement);
    await client.query(`DROP TABLE ${table}`);
  }
  await client.query(`ALTER TABLE ${freshTable} RENAME TO ${quoteName(name.table)}`);
}

function definitionOf({ name, type, isNullable }: NewColumn): string {
  return JSON.stringify([name, typeNames[type], isNullable]);
}

/** What depends on a table but the constraints that are nothing but `NOT NULL`, which are objects since PostgreSQL 18. */
const formerSql = `
SELECT relkind = 'r'
    AND relowner = current_user::regrole AND relacl IS NULL AND reloptions IS NULL AND reltablespace = 0
    AND relpersistence = 'p' AND NOT relrowsecurity AND NOT relispartition
    AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_description d WHERE d.classoid = 'pg_class'::regclass AND d.objoid = c.oid)
    AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
      AND d.deptype IN ('n', 'a') AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (
        SELECT FROM pg_constraint n WHERE n.oid = d.objid AND n.contype = 'n')))
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid OR inhrelid = c.oid) AS is_plain,
  ARRAY(
    SELECT to_json(ARRAY[to_json(attname), to_json(format_type(atttypid, atttypmod)), to_json(NOT attnotnull)])::text
    FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  ) AS columns
FROM pg_class c WHERE oid = $1::regclass`;

const grantsSql = `
SELECT format('GRANT %s ON %s TO %s%s', privilege_type, $2::text, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
FROM pg_class, aclexplode(relacl) WHERE oid = $1::regclass`;
