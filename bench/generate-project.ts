import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How large a generated project is. */
export interface ProjectSize {
  readonly tasks: number;
  readonly files: number;
  /** Tasks ask for a serverless function, which gets a process when it runs here. True by default. */
  readonly isServerless?: boolean;
}

const filesPerPipeline = 20;
const filesPerTypes = 10;
const entitiesPerTypes = 5;
const fieldTypes = [
  "string",
  "number",
  "boolean",
  "string | null",
  '"a" | "b" | "c"',
  "string[]",
  "{ x: number; y?: string }",
  "Date",
];

/**
 * Writes a project of a given size: chains of tasks with bodies that the type checker has to work on, a module of
 * payload types for every ten files, and a pipeline for every twenty.
 */
export function generateProject(folder: string, { tasks, files, isServerless = true }: ProjectSize): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, "src"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), path.join(folder, "node_modules"));
  write("package.json", JSON.stringify({ type: "module" }));
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    rootDir: "src",
    outDir: "dist",
    types: [],
  };
  const plugins = [{ transform: "@glacier-ts/plugin", transformProgram: true }];
  write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { ...compilerOptions, plugins }, include: ["src"] }),
  );
  write("tsconfig.plain.json", JSON.stringify({ compilerOptions, include: ["src"] }));

  const firstTask = (file: number) => Math.floor((file * tasks) / files);
  for (let group = 0; group * filesPerTypes < files; group++)
    write(`src/types${group}.ts`, typesModule(group));
  for (let file = 0; file < files; file++) {
    const before = file % filesPerPipeline === 0 ? undefined : { file: file - 1, task: firstTask(file - 1) };
    write(
      `src/tasks${file}.ts`,
      tasksModule(file, firstTask(file), firstTask(file + 1), before, isServerless),
    );
  }
  for (let index = 0; index * filesPerPipeline < files; index++) {
    const members = Array.from({ length: filesPerPipeline }, (_, offset) => index * filesPerPipeline + offset)
      .filter((file) => file < files)
      .map((file) => ({
        file,
        names: range(firstTask(file), firstTask(file + 1)).map((task) => `t${task}`),
      }));
    write(`src/pipeline${index}.ts`, pipelineModule(index, members));
  }
}

function typesModule(group: number): string {
  const entities = range(0, entitiesPerTypes).map((entity) => {
    const fields = fieldTypes.map((type, index) => `  f${index}: ${type};`);
    const parent = entity === 0 ? [] : [`  parent?: Entity${group}_${entity - 1};`];
    const lines = ["  /** Key. */", "  id: number;", ...fields, ...parent];
    return `/** Entity ${group}.${entity}. */\nexport interface Entity${group}_${entity} {\n${lines.join("\n")}\n}\n`;
  });
  return entities.join("\n");
}

function tasksModule(
  file: number,
  from: number,
  to: number,
  before: { file: number; task: number } | undefined,
  isServerless: boolean,
): string {
  const group = Math.floor(file / filesPerTypes);
  const entities = range(0, entitiesPerTypes).map((entity) => `Entity${group}_${entity}`);
  const imports = [
    `import { ${isServerless ? "compute, " : ""}type Dataset, task } from "@glacier-ts/core";`,
    `import type { ${entities.join(", ")} } from "./types${group}.js";`,
    ...(before ? [`import type { D${before.task} } from "./tasks${before.file}.js";`] : []),
  ];
  const body = range(from, to).map((index) => {
    const entity = `Entity${group}_${index % entitiesPerTypes}`;
    const input = index > from ? index - 1 : before?.task;
    const compute = isServerless
      ? `compute: compute.serverless({ memory: ${128 * (1 + (index % 8))} }), `
      : "";
    return `
export type D${index} = Dataset<"d${index}", ${entity}[]>;
/** Task ${index}. */
export const t${index} = task({ ${compute}retries: ${index % 4} }, async (${input === undefined ? "" : `rows: D${input}`}): Promise<D${index}> => {
  const out: ${entity}[] = [];
${input === undefined ? "" : loop}  return out;
});`;
  });
  return `${imports.join("\n")}\n${body.join("\n")}\n`;
}

const loop = `  for (const row of rows) {
    if (!row.f2 || row.f0.length <= 3) continue;
    const upper = row.f5.map((text) => text.toUpperCase());
    const [first] = upper;
    if (first === undefined) continue;
    out.push({ id: row.id, f0: first, f1: row.f1 + 1, f2: !row.f2, f3: row.f3, f4: row.f4, f5: upper, f6: { x: row.f6.x }, f7: row.f7 });
  }
`;

function pipelineModule(
  index: number,
  members: readonly { file: number; names: readonly string[] }[],
): string {
  const imports = members.map(
    ({ file, names }) => `import { ${names.join(", ")} } from "./tasks${file}.js";`,
  );
  const all = members.flatMap(({ names }) => names).join(", ");
  return `import { pipeline } from "@glacier-ts/core";\n${imports.join("\n")}\n\nexport const p${index} = pipeline({ name: "p${index}", tasks: [${all}] });\n`;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

// node bench/generate-project.ts FOLDER TASKS FILES
if (import.meta.main) {
  const [folder, tasks, files] = process.argv.slice(2);
  if (!folder) throw new Error("usage: generate-project.ts FOLDER TASKS FILES");
  generateProject(folder, { tasks: Number(tasks), files: Number(files) });
}
