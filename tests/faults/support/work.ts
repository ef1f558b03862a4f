/** What the tasks of a journalled project do. It is part of that project, and tells the test what must come out. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Row {
  id: number;
  value: number;
  text: string;
}

/** The rows of a dataset: others for another name, round or input. Every seventh dataset is large enough for a file. */
export function rowsOf(dataset: string, round: number, inputs: readonly (readonly Row[])[]): Row[] {
  let hash = round + 1;
  const mix = (value: number) => {
    hash = (hash * 31 + value) % 1_000_000_007;
  };
  for (const letter of dataset) mix(letter.charCodeAt(0));
  for (const rows of inputs) for (const { value } of rows) mix(value);
  const amount = hash % 7 === 0 ? 2000 : 1 + (hash % 40);
  return Array.from({ length: amount }, (_, id) => {
    mix(id);
    return { id, value: hash, text: `${dataset} ${id}` };
  });
}

/** The body of a task: says in the journal when it starts and when it ends. */
export async function work(
  task: string,
  outputs: readonly string[],
  turns: number,
  round: number,
  inputs: readonly (readonly Row[])[],
): Promise<Row[][]> {
  note(`start ${task} ${process.pid}`);
  for (let turn = 0; turn < turns; turn++) await nextTurn();
  const made = outputs.map((dataset) => rowsOf(dataset, round, inputs));
  note(`end ${task} ${process.pid}`);
  return made;
}

/** Appends a line in one write, which no kill can cut in two. */
function note(line: string): void {
  appendFileSync(process.env.JOURNAL as string, `${line}\n`);
}
