/** A project of many tasks whose only side effect is a line in a journal, and what it must come to. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Files } from "../../rig/temp-project.js";
import { type Row, rowsOf } from "./work.js";

export interface JournalledTask {
  readonly name: string;
  /** Names of datasets. */
  readonly reads: readonly string[];
  readonly makes: readonly JournalledDataset[];
  readonly isOnThread: boolean;
  readonly isCached: boolean;
  /** Turns of the event loop that it waits for. */
  readonly turns: number;
}

export interface JournalledDataset {
  readonly name: string;
  /** The file that it is stored in; undefined where it is in memory only. */
  readonly file: string | undefined;
}

const layers = 8;

/** So many tasks in layers; each reads a few datasets of layers before its own. Those of the first read none. */
export function randomTasks(count: number): fc.Arbitrary<readonly JournalledTask[]> {
  return fc
    .array(
      fc.record({
        reads: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        stored: fc.array(fc.constantFrom("", "", "json", "ndjson", "parquet"), {
          minLength: 1,
          maxLength: 2,
        }),
        isOnThread: fc.nat(5).map((one) => one === 0),
        isCached: fc.nat(4).map((one) => one > 0),
        turns: fc.nat(5),
      }),
      { minLength: count, maxLength: count },
    )
    .map((drafts) => {
      const tasks: JournalledTask[] = [];
      const perLayer = Math.ceil(count / layers);
      for (const [index, { reads, stored, ...rest }] of drafts.entries()) {
        const before = tasks.slice(0, index - (index % perLayer)).flatMap(({ makes }) => makes);
        const read = before.length === 0 ? [] : reads.map((at) => before[at % before.length]?.name ?? "");
        const makes = stored.map((format, position) => {
          const name = `d${index}_${position}`;
          return { name, file: format === "" ? undefined : `out/${name}.${format}` };
        });
        tasks.push({ name: `t${index}`, reads: [...new Set(read)], makes, ...rest });
      }
      return tasks;
    });
}

/** @param more other pipelines of some of the tasks, by name */
export function journalledFiles(
  tasks: readonly JournalledTask[],
  more: Readonly<Record<string, readonly JournalledTask[]>> = {},
): Files {
  return {
    "src/work.ts": readFileSync(new URL("work.ts", import.meta.url), "utf8"),
    "src/pipeline.ts": `\
import { compute, type Dataset, dataset, type Param, pipeline, task } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
import { type Row, work } from "./work.js";

${tasks.flatMap(({ makes }) => makes.map(datasetText)).join("\n")}

${tasks.map(taskText).join("\n")}

${Object.entries({ main: tasks, ...more })
  .map(pipelineText)
  .join("\n")}
`,
  };
}

function datasetText({ name, file }: JournalledDataset): string {
  const type = name.toUpperCase();
  if (file === undefined) return `export type ${type} = Dataset<"${name}", Row[]>;`;
  return `\
export const ${type} = dataset("${name}", { storage: file({ path: "${file}" }) }).of<Row[]>();
export type ${type} = Dataset.Of<typeof ${type}>;`;
}

function taskText({ name, reads, makes, isOnThread, isCached, turns }: JournalledTask): string {
  const isFirst = reads.length === 0;
  const parameters = isFirst ? `round: Param<"round", number>` : reads.map(parameterText).join(", ");
  const outputs = makes.map((dataset) => dataset.name.toUpperCase());
  const returns = outputs.length === 1 ? outputs[0] : `[${outputs.join(", ")}]`;
  const made = JSON.stringify(makes.map((dataset) => dataset.name));
  const call = `await work("${name}", ${made}, ${turns}, ${isFirst ? "round, []" : `0, [${reads}]`})`;
  const options = [
    ...(isOnThread ? ["compute: compute.local({ workers: 1 })"] : []),
    ...(isCached ? [] : ["cache: false"]),
  ];
  const returned = `${outputs.length === 1 ? `(${call})[0]` : call} as ${returns}`;
  const run = `async (${parameters}): Promise<${returns}> => ${returned}`;
  return `export const ${name} = task({ ${options.join(", ")} }, ${run});`;
}

function pipelineText([name, tasks]: readonly [string, readonly JournalledTask[]]): string {
  return `export const ${name} = pipeline({ name: "${name}", tasks: [${tasks.map((task) => task.name).join(", ")}] });`;
}

const parameterText = (dataset: string) => `${dataset}: ${dataset.toUpperCase()}`;

/** The rows of every dataset in a round. */
export function expectedRows(
  tasks: readonly JournalledTask[],
  round: number,
): ReadonlyMap<string, readonly Row[]> {
  const rows = new Map<string, readonly Row[]>();
  for (const { reads, makes } of tasks) {
    const inputs = reads.map((name) => rows.get(name) ?? []);
    for (const { name } of makes) rows.set(name, rowsOf(name, reads.length === 0 ? round : 0, inputs));
  }
  return rows;
}
