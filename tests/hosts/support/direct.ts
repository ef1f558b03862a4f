/** Projects that run without a build, and the places in their sources. */
import process from "node:process";
import { type GlacierResult, RunningCommand } from "../../rig/glacier.js";
import type { Files } from "../../rig/temp-project.js";

/** `new Error("boom")` is behind calls that the wiring changes, on the same line; types and an enum are before it. */
export const tasks = `import { type Dataset, task } from "@glacier-ts/core";
import { Row } from "./row.js";

export type RawUsers = Dataset<"raw_users", Row[]>;
export type Scores = Dataset<"scores", number[]>;

enum Level { Low = 1, High }

class Scorer {
  constructor(private readonly level: Level) {}
  score(row: Row): number { return row.name.length * this.level; }
}

export function extract(): RawUsers {
  return [{ name: "Ada" }, { name: "Alan" }];
}

export const score = task({ retries: 0 }, (users: RawUsers): Scores => { const by: Scorer = new Scorer(Level.High); if (process.env.FAIL) { throw new Error("boom"); } return users.map((user) => by.score(user)); });
`;

const pipeline = `import { pipeline } from "@glacier-ts/core";
import { extract, score } from "./tasks.js";

export const analytics = pipeline({
  name: "analytics",
  tasks: [extract, score],
});
`;

const main = `import { LocalExecutor } from "@glacier-ts/runtime";
import { analytics } from "./pipeline.js";

console.log("it runs");
const { datasets } = await analytics.run({ executor: new LocalExecutor() });
console.log(JSON.stringify(datasets));
`;

export const direct: Files = {
  "src/row.ts": "export interface Row { name: string }\n",
  "src/tasks.ts": tasks,
  "src/pipeline.ts": pipeline,
  "src/main.ts": main,
};

export const printed = 'it runs\n{"scores":[6,8]}\n';

/** The tasks with a cycle. */
export const cyclic: Files = {
  ...direct,
  "src/tasks.ts": tasks.replace("extract()", "extract(all?: Scores)"),
};

/** How the cycle is shown. */
export const cycleText = `src/pipeline.ts:6:11 - error GLA3001: Tasks depend on each other in a cycle: extract → score → extract.
  6 |   tasks: [extract, score],
    |           ~~~~~~~
`;

/** Where a part of a text is: 1-based. */
export function placeOf(text: string, part: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, text.indexOf(part)).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Runs Node to its end, with nothing of the environment of the tests but PATH. */
export function node(
  folder: string,
  commandLine: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GlacierResult> {
  return new RunningCommand(process.execPath, commandLine, folder, { env }).finished;
}
