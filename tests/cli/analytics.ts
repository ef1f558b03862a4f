/** The project that most tests of the command look at. */
import type { Files } from "../rig/temp-project.js";

export const tasks = `\
import { type Dataset, task } from "@glacier-ts/core";

export interface User { id: number; name: string }
export type RawUsers = Dataset<"raw_users", User[]>;
export type CleanUsers = Dataset<"clean_users", User[]>;
export type Metrics = Dataset<"metrics", { total: number; names: string[] }>;

export async function extract(): Promise<RawUsers> {
  return [{ id: 1, name: " Ada" }, { id: 2, name: "Alan\\u001b[2J" }];
}
export const clean = task({ retries: 0 }, (users: RawUsers): CleanUsers =>
  users.map((user) => ({ ...user, name: user.name.trim() })));
export function summarise(users: CleanUsers): Metrics {
  return { total: users.length, names: users.map((user) => user.name) };
}
`;

export const pipeline = `\
import { pipeline } from "@glacier-ts/core";
import { clean, extract, summarise } from "./tasks.js";

export const analytics = pipeline({ name: "analytics", tasks: [extract, clean, summarise] });
`;

export const analytics: Files = { "src/tasks.ts": tasks, "src/pipeline.ts": pipeline };

/** Two pipelines in one project. */
export const twoPipelines: Files = {
  ...analytics,
  "src/pipeline.ts": `${pipeline}export const intake = pipeline({ name: "intake", tasks: [extract, clean] });\n`,
};

/** A task that reads what nothing produces, and a value of the wrong type; with a control character in the source. */
export const broken: Files = {
  ...analytics,
  "src/tasks.ts": tasks
    .replace("id: 2,", 'id: "2",')
    .replace("(users: CleanUsers)", '(users: Dataset<"clean_user", User[]>)')
    .replace('" Ada"', '"\u001b Ada"'),
};
