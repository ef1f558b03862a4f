/** The pipeline that `glacier init` writes. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { type PlannedFile, planFile, readTextOrNothing } from "./planned-file.js";

/** By file name. */
const sources = {
  "datasets.ts": `\
import type { Dataset } from "@glacier-ts/core";

export interface User {
  id: number;
  name: string;
  age: number;
}

/** Users as they come. */
export type RawUsers = Dataset<"raw_users", User[]>;
/** Users who have a name. */
export type CleanUsers = Dataset<"clean_users", User[]>;
export type Metrics = Dataset<"metrics", { total: number; averageAge: number }>;
`,
  "tasks.ts": `\
import { task } from "@glacier-ts/core";
import type { CleanUsers, Metrics, RawUsers } from "./datasets.js";

/** Stands for whatever your data comes from. */
export function extract(): RawUsers {
  return [
    { id: 1, name: "Ada", age: 36 },
    { id: 2, name: "", age: 0 },
    { id: 3, name: "Alan", age: 41 },
  ];
}

export function clean(users: RawUsers): CleanUsers {
  return users.filter((user) => user.name !== "");
}

export const summarise = task(
  { retries: 2 },
  (users: CleanUsers): Metrics => ({
    total: users.length,
    averageAge: users.reduce((sum, user) => sum + user.age, 0) / users.length,
  }),
);
`,
  "pipeline.ts": `\
import { pipeline } from "@glacier-ts/core";
import { clean, extract, summarise } from "./tasks.js";

export const analytics = pipeline({ name: "analytics", tasks: [extract, clean, summarise] });
`,
};

/** The folder for the first pipeline, relative to the project's; undefined where every place is taken. */
export function chooseFolder(projectFolder: string, sourceFolder: string): string | undefined {
  const candidates = [sourceFolder, path.posix.join(sourceFolder, "first-pipeline")];
  const isFree = (folder: string) =>
    Object.keys(sources).every((name) => !existsSync(path.join(projectFolder, folder, name)));
  return candidates.find(isFree);
}

/** The files of the first pipeline, indented, quoted and ended as the files around them are. */
export function planFirstPipeline(folder: string, sourceFolder: string): readonly PlannedFile[] {
  const style = styleOf(sourceFolder);
  return Object.entries(sources).map(([name, text]) =>
    planFile(path.join(folder, name), undefined, style(text), ["created"]),
  );
}

/** How the sources of a folder are written, by most of the first ones. */
function styleOf(folder: string): (text: string) => string {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names = isFolder ? readdirSync(folder).sort() : [];
  const files = names.filter((name) => /\.[cm]?tsx?$/.test(name)).slice(0, 20);
  const text = files.map((name) => readTextOrNothing(path.join(folder, name)) ?? "").join("\n");
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const indent =
    count(/^\t/gm) > count(/^ {2}/gm)
      ? "\t"
      : count(/^ {4}\S/gm) > 0 && count(/^ {2}\S/gm) === 0
        ? "    "
        : "  ";
  const isSingle = count(/from '/g) > count(/from "/g);
  const hasSemicolons = count(/;$/gm) > 0 || text.trim() === "";
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  return (source) =>
    source
      .replace(/^( {2})+/gm, (spaces) => indent.repeat(spaces.length / 2))
      .replaceAll('"', isSingle ? "'" : '"')
      .replace(/;$/gm, hasSemicolons ? ";" : "")
      .replaceAll("\n", end);
}
