/**
 * Prints every benchmark as a ratio that was measured in one run; `--only executor`, `engine`, `engine-state`, `compiler`,
 * `typescript7`, `editor`, `hosts` or `storage` for a part: what has that name, or a name that begins with it and a dash.
 * Ratios hold on a busy machine, times do not, so none of this is a test.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type BenchRow, renderRow } from "./bench-row.ts";
import { benchCompiler } from "./compiler.ts";
import { benchCompiler7 } from "./compiler7.ts";
import { benchEditor } from "./editor.ts";
import { benchCached } from "./engine-cached.ts";
import { benchGraphs } from "./engine-graphs.ts";
import { benchState } from "./engine-state.ts";
import { benchTable } from "./engine-table.ts";
import { benchThreads } from "./engine-threads.ts";
import { benchWaiting } from "./engine-waiting.ts";
import { benchExecutor } from "./executor.ts";
import { benchHosts } from "./hosts.ts";
import { benchAzure } from "./storage-azure.ts";
import { benchFormats } from "./storage-formats.ts";
import { benchS3 } from "./storage-s3.ts";
import { benchTables } from "./storage-tables.ts";
import { benchValidation } from "./storage-validation.ts";

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]> | readonly BenchRow[]>> = {
  executor: benchExecutor,
  "engine-graphs": benchGraphs,
  "engine-state": benchState,
  "engine-threads": benchThreads,
  "engine-table": benchTable,
  "engine-waiting": benchWaiting,
  "engine-cached": benchCached,
  compiler: benchCompiler,
  typescript7: benchCompiler7,
  editor: benchEditor,
  hosts: benchHosts,
  "storage-azure": benchAzure,
  "storage-s3": benchS3,
  "storage-tables": benchTables,
  "storage-formats": benchFormats,
  "storage-validation": benchValidation,
};

const { values } = parseArgs({ options: { only: { type: "string" } } });
const { only } = values;
const chosen = Object.entries(benches).filter(
  ([name]) => only === undefined || name === only || name.startsWith(`${only}-`),
);
if (chosen.length === 0) {
  console.error(`There is no bench '${only}'; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
for (const [, bench] of chosen) for (const row of await bench()) console.log(renderRow(row));
