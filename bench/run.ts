/**
 * Prints every benchmark as a ratio that was measured in one run; `--only executor`, `compiler`,
 * `typescript7`, `editor` or `hosts` for a part.
 * Ratios hold on a busy machine, times do not, so none of this is a test.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { benchCompiler } from "./compiler.ts";
import { benchCompiler7 } from "./compiler7.ts";
import { benchEditor } from "./editor.ts";
import { type BenchRow, benchExecutor } from "./executor.ts";
import { benchHosts } from "./hosts.ts";

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]> | readonly BenchRow[]>> = {
  executor: benchExecutor,
  compiler: benchCompiler,
  typescript7: benchCompiler7,
  editor: benchEditor,
  hosts: benchHosts,
};

const { values } = parseArgs({ options: { only: { type: "string" } } });
const names = values.only === undefined ? Object.keys(benches) : [values.only];
for (const name of names) {
  const bench = benches[name];
  if (!bench) {
    console.error(`There is no bench '${name}'; there are ${Object.keys(benches).join(", ")}`);
    process.exit(2);
  }
  for (const row of await bench()) {
    const verdict = row.ratio <= row.goal ? "met" : "missed";
    console.log(
      `${row.ratio.toFixed(2).padStart(7)} (goal ${row.goal}, ${verdict})  ${row.name}: ${row.detail}`,
    );
  }
}
