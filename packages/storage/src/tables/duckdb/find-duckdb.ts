import { resolve } from "node:path";
import { GlacierError, report } from "@glacier-ts/core";
import type { HomeRequest } from "../../home.js";
import { loadSdk } from "../../load-sdk.js";
import { TableHome } from "../table-home.js";
import { DuckDbTable } from "./duckdb-table.js";
import { isName } from "./types.js";

/** Finds the table of `duckdb({ path, table })`. */
export async function findDuckDb(request: HomeRequest): Promise<TableHome> {
  const { options, projectRoot } = request;
  const path = options.required("path");
  const table = options.table();
  if (!isName(table.value)) {
    const owner = `dataset '${options.dataset}'`;
    const expected = "a name without U+0000";
    throw new GlacierError([
      report("invalidOption", { owner, option: "table", found: `'${table.shown}'`, expected }),
    ]);
  }
  const duckdb = await loadSdk(options, ["@duckdb/node-api"], () => import("@duckdb/node-api"));
  const place = `table '${table.shown}' of ${path.shown}`;
  return new TableHome(
    new DuckDbTable(duckdb, resolve(projectRoot, path.value), table.value, place),
    request,
  );
}
