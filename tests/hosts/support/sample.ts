/** A small pipeline, correct and with a cycle. */

const tasks = (
  scoresFrom: "CleanUsers" | "RawUsers",
) => `import { type Dataset, task } from "@glacier-ts/core";

export type RawUsers = Dataset<"raw_users", string[]>;
export type CleanUsers = Dataset<"clean_users", string[]>;
export type Scores = Dataset<"scores", number[]>;

export function extract(${scoresFrom === "RawUsers" ? "scores?: Scores" : ""}): RawUsers {
  return ["Ada"];
}

export const clean = task({ retries: 1 }, (users: RawUsers): CleanUsers => users.slice());

export const score = (users: CleanUsers): Scores => users.map((user) => user.length);
`;

export const correctTasks = tasks("CleanUsers");
export const cyclicTasks = tasks("RawUsers");

export const pipelineFile = `import { pipeline } from "@glacier-ts/core";
import { clean, extract, score } from "./tasks.js";

export const analytics = pipeline({
  name: "analytics",
  tasks: [extract, clean, score],
});
`;

export const correct = { "src/tasks.ts": correctTasks, "src/pipeline.ts": pipelineFile };
export const cyclic = { "src/tasks.ts": cyclicTasks, "src/pipeline.ts": pipelineFile };

/** What tsc prints of the cycle. */
export const cycleError =
  "src/pipeline.ts(6,11): error TS993001: GLA3001: Tasks depend on each other in a cycle: extract → clean → score → extract.\n";
