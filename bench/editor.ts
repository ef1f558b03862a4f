/** What Glacier adds to an editor: a real tsserver with the plugin and one without, which see the same edits. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { Tsserver } from "../tests/hosts/support/tsserver.ts";
import { type BenchRow, renderRow } from "./bench-row.ts";
import { generateProject, type ProjectSize } from "./generate-project.ts";
import { median } from "./statistics.ts";

const size: ProjectSize = { tasks: 1_000, files: 300 };
const edits = 40;

/** Measures the diagnostics of a file after each of many edits of it, with and without the plugin. */
export async function benchEditor(): Promise<readonly BenchRow[]> {
  const folders = [true, false].map((hasPlugin) => project(hasPlugin));
  const servers = folders.map((folder) => new Tsserver(folder));
  try {
    const [plugin, plain] = servers as [Tsserver, Tsserver];
    return [
      await measure("the body of a task", bodyEdit, plugin, plain, folders[0] as string, "src/tasks150.ts"),
      await measure(
        "the options of a task",
        optionsEdit,
        plugin,
        plain,
        folders[0] as string,
        "src/tasks150.ts",
      ),
    ];
  } finally {
    for (const server of servers) server.stop();
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

function project(hasPlugin: boolean): string {
  const folder = path.join(
    os.tmpdir(),
    `glacier-bench-${process.pid}-editor-${hasPlugin ? "plugin" : "plain"}`,
  );
  generateProject(folder, size);
  const file = path.join(folder, "tsconfig.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.compilerOptions.plugins = hasPlugin ? [{ name: "@glacier-ts/plugin" }] : [];
  writeFileSync(file, JSON.stringify(config));
  return folder;
}

/** What an edit replaces: a text that it is put before at first, and its text after a number of edits. */
interface Edit {
  readonly before: RegExp;
  readonly text: (edits: number) => string;
}

/** In the body of the file's last task. */
const bodyEdit: Edit = {
  before: /(?= {2}return out;\n\}\);\n$)/,
  text: (edits) => `  const edit = ${edits};\n`,
};
/** In the options of the file's first task: what imports the file may mean something else. */
const optionsEdit: Edit = { before: /(?=retries: )/, text: (edits) => `tags: ["edit${edits}"], ` };

async function measure(
  name: string,
  edit: Edit,
  plugin: Tsserver,
  plain: Tsserver,
  folder: string,
  file: string,
): Promise<BenchRow> {
  const times = { plugin: [] as number[], plain: [] as number[] };
  const text = readFileSync(path.join(folder, file), "utf8").replace(edit.before, edit.text(0));
  const texts = { plugin: text, plain: text };
  for (const server of [plugin, plain]) {
    server.open(file, text);
    await server.diagnostics(file);
  }
  for (let count = 0; count < edits + 5; count++) {
    for (const variant of ["plugin", "plain"] as const) {
      const server = variant === "plugin" ? plugin : plain;
      texts[variant] = server.replace(file, texts[variant], edit.text(count), edit.text(count + 1));
      const start = performance.now();
      const found = await server.diagnostics(file);
      // The first edits warm up.
      if (count >= 5) times[variant].push(performance.now() - start);
      if (found.length > 0) throw new Error(`The generated project has an error: ${found[0]?.message}`);
    }
  }
  return {
    name: `editor: diagnostics after an edit of ${name}, 1,000 tasks in 300 files`,
    ratio: median(times.plugin) / median(times.plain),
    goal: 1.15,
    detail: `${median(times.plugin).toFixed(1)} ms by ${median(times.plain).toFixed(1)} ms, median of ${edits} edits`,
  };
}

if (import.meta.main) {
  for (const row of await benchEditor()) {
    console.log(renderRow(row));
  }
}
