import { GlacierError, report } from "@glacier-ts/core";
import type { HomeRequest } from "../../home.js";
import type { OptionValue } from "../../storage-options.js";
import { TableHome } from "../table-home.js";
import { findDatabase } from "./connect.js";
import { PostgresTable } from "./postgres-table.js";
import { isName, nameRule } from "./types.js";

/** Finds the table of `postgres({ table, schema, connection })`. */
export async function findPostgres(request: HomeRequest): Promise<TableHome> {
  const { options } = request;
  const table = options.table();
  const schema = options.text("schema") ?? { value: "public", shown: "public", isSecret: false };
  for (const [option, name] of Object.entries({ table, schema })) {
    if (!isName(name.value)) throw invalidName(options.dataset, option, name);
  }
  const database = await findDatabase(options);
  const place = `table '${schema.shown}.${table.shown}' of PostgreSQL${database.place}`;
  const store = new PostgresTable(database, { schema: schema.value, table: table.value }, place);
  return new TableHome(store, request);
}

function invalidName(dataset: string, option: string, { value, shown, isSecret }: OptionValue): GlacierError {
  const found = isSecret ? shown : `'${value}'`;
  return new GlacierError([
    report("invalidOption", { owner: `dataset '${dataset}'`, option, found, expected: nameRule }),
  ]);
}
