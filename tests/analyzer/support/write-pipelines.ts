/** Writes the pipelines of a random program: one with all tasks, and one with the first few. */
import type { Changes, PipelineShape, RandomProgram } from "./random-program.js";
import type { TaskInput, WrittenTask } from "./write-task.js";

export const pipelineForms = [
  "array",
  "spread",
  "nested-spread",
  "constant",
  "object",
  "constant-object",
  "module",
  "module-barrel",
  "options",
] as const;

type Task = WrittenTask & { readonly inputs: readonly TaskInput[] };

export function writePipelines(
  { form, isReversed, prefix }: RandomProgram,
  tasks: readonly Task[],
  folder: string,
  { leftOut, producedAgain }: Changes,
): {
  readonly text: Readonly<Record<string, string>>;
  readonly pipelines: Readonly<Record<string, PipelineShape>>;
} {
  const first = tasks.slice(0, 1 + (prefix % tasks.length));
  const all = `src/${folder}/pipeline.ts#all`;
  const few = `src/${folder}/pipeline.ts#few`;
  const names = tasks.map((_, index) => `t${index}`).filter((_, index) => index !== leftOut);
  if (producedAgain) names.push("again");
  if (isReversed) names.reverse();
  const imports = tasks.map(
    ({ module, imported, member }, index) =>
      `import { ${imported} as i${index} } from "./${module}.js";\nconst t${index} = i${index}${member};`,
  );
  // A constant with another name for a task is nothing that a module exports.
  const exported = tasks.map(({ module, imported, member }, index) =>
    member === ""
      ? `export { ${imported} as all${index} } from "./${module}.js";`
      : `import { ${imported} as h${index} } from "./${module}.js";\nexport const all${index} = h${index}${member};`,
  );
  const half = Math.floor(names.length / 2);
  const [start, end] = [names.slice(0, half).join(", "), names.slice(half).join(", ")];
  const object = `{ ${names.map((name) => `key_${name}: ${name}`).join(", ")} }`;
  const [constants, options] = {
    array: ["", `tasks: [${names.join(", ")}]`],
    spread: [`const start = [${start}] as const;`, `tasks: [...start, ${end}]`],
    "nested-spread": [
      `const start = [${start}];\nconst end = [...start, ...[${end}]] as const;`,
      "tasks: [...end]",
    ],
    constant: [`const tasks = [${names.join(", ")}] as const satisfies readonly unknown[];`, "tasks"],
    object: ["", `tasks: ${object}`],
    "constant-object": [`const held = ${object} as const;`, "tasks: held"],
    module: ['import * as tasks from "./all.js";', "tasks"],
    "module-barrel": ['import { barrel } from "./barrel.js";', "tasks: barrel"],
    options: [`const shared = { tasks: [${names.join(", ")}] } as const;`, "...shared"],
  }[form];
  const again = producedAgain
    ? `export const again = (): import("./types.js").${producedAgain.type} => ${producedAgain.payload.value};\n`
    : "";
  const pipeline = `import { pipeline } from "@glacier-ts/core";
${imports.join("\n")}
${constants}
${again}
export const all = pipeline({ name: "${folder}_all", ${options} });
export const few = pipeline({ name: "${folder}_few", tasks: [${first.map((_, index) => `t${index}`).join(", ")}] });
`;
  return {
    text: {
      "pipeline.ts": pipeline,
      "all.ts": `${exported.join("\n")}\n`,
      "barrel.ts": 'export * as barrel from "./again.js";\n',
      "again.ts": 'export * from "./all.js";\nexport * from "./again.js";\n',
    },
    pipelines: { [all]: shapeOf(tasks), [few]: shapeOf(first) },
  };
}

function shapeOf(tasks: readonly Task[]): PipelineShape {
  const ids = new Set(tasks.map(({ id }) => id));
  const reads = tasks.flatMap(({ id, inputs }) => inputs.map((input) => ({ ...input, to: id })));
  const edges = reads.filter(({ by }) => by !== undefined && ids.has(by));
  return {
    tasks: [...ids].sort(),
    edges: edges.map(({ by, dataset, to }) => `${by} ${dataset} ${to}`).sort(),
    external: [...new Set(reads.filter(({ by }) => by === undefined).map(({ dataset }) => dataset))].sort(),
  };
}
