/** Random programs of which the graph is known before they are written. */
import fc from "fast-check";

/** One task of a random program; numbers are taken modulo what there is to choose from. */
interface RandomTask {
  /** What it reads: datasets of tasks before it. */
  readonly reads: readonly number[];
  readonly style: "function" | "arrow" | "task" | "default-function" | "default-arrow" | "default-task";
  readonly file: number;
  /** It returns a tuple or an object of two datasets. */
  readonly output: "value" | "promise" | "tuple" | "object";
  readonly isNullable: boolean;
  readonly dataset: "type" | "value" | "interface";
  readonly isAliased: boolean;
}

interface RandomProgram {
  readonly tasks: readonly RandomTask[];
  readonly form: "array" | "spread" | "module" | "object";
  readonly isReversed: boolean;
}

/** A program, and what the analyzer is to find in it. */
export interface WrittenProgram {
  readonly files: Readonly<Record<string, string>>;
  /** `from dataset to`, by names; sorted. */
  readonly edges: readonly string[];
  /** Names; sorted. */
  readonly tasks: readonly string[];
}

const randomTask: fc.Arbitrary<RandomTask> = fc.record({
  reads: fc.array(fc.nat(), { maxLength: 3 }),
  style: fc.constantFrom("function", "arrow", "task", "default-function", "default-arrow", "default-task"),
  file: fc.nat({ max: 3 }),
  output: fc.constantFrom("value", "promise", "tuple", "object"),
  isNullable: fc.boolean(),
  dataset: fc.constantFrom("type", "value", "interface"),
  isAliased: fc.boolean(),
});

const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  tasks: fc.array(randomTask, { minLength: 5, maxLength: 20 }),
  form: fc.constantFrom("array", "spread", "module", "object"),
  isReversed: fc.boolean(),
});

export const writtenPrograms: fc.Arbitrary<WrittenProgram> = randomProgram.map(writeProgram);

const hasTwoOutputs = ({ output }: RandomTask) => output === "tuple" || output === "object";
const isDefault = ({ style }: RandomTask) => style.startsWith("default-");
/** The module of a task, without its ending. */
const moduleOf = (task: RandomTask, index: number) => (isDefault(task) ? `solo${index}` : `file${task.file}`);
/** A default export goes by its file's name. */
const nameOf = (task: RandomTask, index: number) => (isDefault(task) ? `solo${index}` : `task${index}`);

function writeProgram({ tasks, form, isReversed }: RandomProgram): WrittenProgram {
  const declarations: string[] = [];
  const modules = new Map<string, string[]>();
  const edges = new Set<string>();
  /** Every dataset so far and its producer's name. */
  const produced: { readonly dataset: string; readonly by: string }[] = [];

  for (const [index, task] of tasks.entries()) {
    const reads = new Map<string, string>();
    for (const choice of task.reads) {
      const read = produced.length > 0 ? produced[choice % produced.length] : undefined;
      if (read) reads.set(read.dataset, read.by);
    }
    for (const [dataset, by] of reads) edges.add(`${by} ${dataset} ${nameOf(task, index)}`);

    const outputs = hasTwoOutputs(task) ? [`d${index}_a`, `d${index}_b`] : [`d${index}`];
    for (const dataset of outputs) {
      declarations.push(declareDataset(dataset, task.dataset));
      produced.push({ dataset, by: nameOf(task, index) });
    }
    const module = moduleOf(task, index);
    modules.set(module, [...(modules.get(module) ?? []), writeTask(task, index, [...reads.keys()], outputs)]);
  }

  const files: Record<string, string> = {
    "src/datasets.ts": `import { type Dataset, dataset } from "@glacier-ts/core";\n\n${declarations.join("\n")}\n`,
    "src/pipeline.ts": writePipeline(tasks, form, isReversed),
    "src/all.ts": `${tasks.map(exportTask).join("\n")}\n`,
  };
  const head = 'import { task } from "@glacier-ts/core";\nimport type * as data from "./datasets.js";\n';
  for (const [module, functions] of modules)
    files[`src/${module}.ts`] = `${head}\n${functions.join("\n\n")}\n`;
  return { files, edges: [...edges].sort(), tasks: tasks.map(nameOf).sort() };
}

function declareDataset(name: string, form: RandomTask["dataset"]): string {
  if (form === "type") return `export type ${name} = Dataset<"${name}", { value: number }>;`;
  if (form === "interface")
    return `export interface ${name} extends Dataset<"${name}", { value: number }> {}`;
  return [
    `export const ${name} = dataset("${name}", { format: "json" }).of<{ value: number }>();`,
    `export type ${name} = Dataset.Of<typeof ${name}>;`,
  ].join("\n");
}

function writeTask(
  { style, output, isNullable }: RandomTask,
  index: number,
  reads: readonly string[],
  outputs: readonly string[],
): string {
  const parameters = reads.map((dataset, position) => `p${position}: data.${dataset}`).join(", ");
  const types = outputs.map((dataset) => `data.${dataset}${isNullable ? " | null" : ""}`);
  const value = "{ value: 1 }";
  const [returns, returned] = {
    value: [types[0], value],
    promise: [`Promise<${types[0]}>`, `Promise.resolve(${value})`],
    tuple: [`[${types.join(", ")}]`, `[${value}, ${value}]`],
    object: [`{ first: ${types[0]}; second: ${types[1]} }`, `{ first: ${value}, second: ${value} }`],
  }[output];
  const arrow = `(${parameters}): ${returns} => (${returned})`;
  const body = `(${parameters}): ${returns} {\n  return ${returned};\n}`;
  switch (style) {
    case "function":
      return `export function task${index}${body}`;
    case "arrow":
      return `export const task${index} = ${arrow};`;
    case "task":
      return `export const task${index} = task({ retries: ${index} }, ${arrow});`;
    case "default-function":
      return `export default function ${body}`;
    case "default-arrow":
      return `export default ${arrow};`;
    case "default-task":
      return `export default task({ tags: ["t${index}"] }, ${arrow});`;
  }
}

function exportTask(task: RandomTask, index: number): string {
  const name = isDefault(task) ? "default" : `task${index}`;
  return `export { ${name} as all${index} } from "./${moduleOf(task, index)}.js";`;
}

function writePipeline(
  tasks: readonly RandomTask[],
  form: RandomProgram["form"],
  isReversed: boolean,
): string {
  const head = 'import { pipeline } from "@glacier-ts/core";\n';
  if (form === "module") {
    return `${head}import * as tasks from "./all.js";\n\nexport const random = pipeline({ name: "random", tasks });\n`;
  }
  const imports = tasks.map((task, index) => {
    const name = isDefault(task) ? "default" : `task${index}`;
    return task.isAliased
      ? `import { all${index} as t${index} } from "./all.js";`
      : `import { ${name} as t${index} } from "./${moduleOf(task, index)}.js";`;
  });
  const names = tasks.map((_, index) => `t${index}`);
  if (isReversed) names.reverse();
  const half = Math.floor(names.length / 2);
  const [list, constants] = {
    array: [`[${names.join(", ")}]`, ""],
    object: [`{ ${names.map((name) => `key_${name}: ${name}`).join(", ")} }`, ""],
    spread: [
      `[...first, ${names.slice(half).join(", ")}]`,
      `const first = [${names.slice(0, half).join(", ")}] as const;\n\n`,
    ],
  }[form];
  return `${head}${imports.join("\n")}\n\n${constants}export const random = pipeline({ name: "random", tasks: ${list} });\n`;
}
