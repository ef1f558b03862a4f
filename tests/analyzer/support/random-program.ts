/** Random programs of which the graph is known before they are written. */
import fc from "fast-check";
import {
  aliasHead,
  datasetHead,
  declareDataset,
  type RandomDataset,
  randomDataset,
} from "./random-dataset.js";
import { pipelineForms, writePipelines } from "./write-pipelines.js";
import {
  outputForms,
  parameterForms,
  type TaskInput,
  type TaskOutput,
  type TaskToWrite,
  taskStyles,
  tasksHead,
  typeImports,
  writeTask,
} from "./write-task.js";

/** One task of a random program; numbers are taken modulo what there is to choose from. */
interface RandomTask {
  /** What it reads: datasets of tasks before it, or stored ones. */
  readonly reads: readonly {
    readonly dataset: number;
    readonly alias: number;
    readonly form: (typeof parameterForms)[number];
  }[];
  readonly style: (typeof taskStyles)[number];
  readonly file: number;
  readonly output: (typeof outputForms)[number];
  readonly isNullable: boolean;
  readonly hasContext: boolean;
  readonly produces: readonly [RandomDataset, RandomDataset];
  readonly types: (typeof typeImports)[number];
  readonly alias: number;
}

export interface RandomProgram {
  readonly tasks: readonly RandomTask[];
  /** Datasets with a storage, which no task produces. */
  readonly stored: readonly RandomDataset[];
  readonly form: (typeof pipelineForms)[number];
  readonly isReversed: boolean;
  /** How many of the tasks a second pipeline has. */
  readonly prefix: number;
}

/** Changes of a program while it is written: what makes a mistake of it. */
export interface Changes {
  readonly task?: (task: TaskToWrite) => TaskToWrite;
  /** The task by its place that the pipelines do not have. */
  readonly leftOut?: number;
  /** What one more task, in the pipeline's module, produces. */
  readonly producedAgain?: TaskOutput;
}

/** A program, and what the analyzer is to find in it. */
export interface WrittenProgram {
  readonly files: Readonly<Record<string, string>>;
  /** `id: name (inputs) => outputs`; sorted. */
  readonly tasks: readonly string[];
  /** The parameters that read what another task produces. */
  readonly reads: readonly RandomRead[];
  /** Of every pipeline by its id: the ids of its tasks, its edges `from dataset to`, and the external datasets; sorted. */
  readonly pipelines: Readonly<Record<string, PipelineShape>>;
}

/** Tasks go by their place. */
export interface RandomRead {
  readonly from: number;
  readonly to: number;
  readonly input: TaskInput;
  /** What the reading task produces, the first of it. */
  readonly produced: TaskOutput;
}

export interface PipelineShape {
  readonly tasks: readonly string[];
  readonly edges: readonly string[];
  readonly external: readonly string[];
}

const randomTask: fc.Arbitrary<RandomTask> = fc.record({
  reads: fc.array(
    fc.record({ dataset: fc.nat(), alias: fc.nat(), form: fc.constantFrom(...parameterForms) }),
    { maxLength: 3 },
  ),
  style: fc.constantFrom(...taskStyles),
  file: fc.nat({ max: 2 }),
  output: fc.constantFrom(...outputForms),
  isNullable: fc.boolean(),
  hasContext: fc.boolean(),
  produces: fc.tuple(randomDataset, randomDataset),
  types: fc.constantFrom(...typeImports),
  alias: fc.nat(),
});

export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  tasks: fc.array(randomTask, { minLength: 2, maxLength: 8 }),
  stored: fc.array(randomDataset, { maxLength: 2 }),
  form: fc.constantFrom(...pipelineForms),
  isReversed: fc.boolean(),
  prefix: fc.nat(),
});

/** A dataset while the program is written: its name, its type, and its types. */
interface Known {
  readonly name: string;
  readonly type: string;
  readonly random: RandomDataset;
  /** The id of the task that produces it; undefined for a stored one. */
  readonly by: string | undefined;
}

/**
 * Writes a program.
 *
 * @param folder in `src`; dataset and pipeline names begin with it, so that programs can be compiled together
 * @param changes that make it another program than `tasks` and `pipelines` say
 */
export function writeProgram(program: RandomProgram, folder: string, changes: Changes = {}): WrittenProgram {
  const known: Known[] = program.stored.map((random, index) => ({
    name: `${folder}_s${index}`,
    type: `s${index}`,
    random,
    by: undefined,
  }));
  const declarations = known.map((dataset) => declare(dataset, 'storage: file({ path: "a.json" })'));
  const modules = new Map<string, string[]>();
  const written = program.tasks.map((task, index) => {
    const reads = new Map(
      known.length === 0
        ? []
        : task.reads.map((read) => [known[read.dataset % known.length] as Known, read] as const),
    );
    const inputs = [...reads].map(([dataset, read]) => ({
      type: typeOf(dataset, read.alias),
      payload: dataset.random.payload,
      dataset: dataset.name,
      by: dataset.by,
      form: read.form,
    }));
    const isPair = ["tuple", "object", "promised-tuple", "promised-object", "intersection"].includes(
      task.output,
    );
    const produced = (isPair ? ["a", "b"] : [""]).map((suffix, at) => ({
      name: `${folder}_d${index}${suffix}`,
      type: `d${index}${suffix}`,
      random: task.produces[at === 0 ? 0 : 1],
    }));
    const outputs: TaskOutput[] = produced.map((dataset) => ({
      type: typeOf({ ...dataset, by: undefined }, task.alias),
      payload: dataset.random.payload,
      dataset: dataset.name,
    }));
    const toWrite: TaskToWrite = { ...task, inputs, outputs, index, folder, hasReturnType: true };
    const made = writeTask(changes.task?.(toWrite) ?? toWrite);
    modules.set(made.module, [...(modules.get(made.module) ?? []), made.text]);
    for (const dataset of produced) {
      known.push({ ...dataset, by: made.id });
      declarations.push(declare({ ...dataset, by: made.id }, ""));
    }
    return { ...made, inputs, outputs };
  });

  const { text, pipelines } = writePipelines(program, written, folder, changes);
  const files: Record<string, string> = {
    "datasets.ts": `${datasetHead}\n${declarations.map(({ base }) => base).join("\n")}\n`,
    "aliases.ts": `${aliasHead}\n${importOf(known)}\n${declarations.map(({ aliases }) => aliases).join("\n")}\n`,
    "types.ts":
      'export * from "./datasets.js";\nexport type * from "./aliases.js";\nexport * as all from "./types.js";\n',
    "core.ts":
      'import * as core from "@glacier-ts/core";\nexport * from "@glacier-ts/core";\nexport * as named from "@glacier-ts/core";\nexport const define = core.task;\nexport default core;\n',
    ...text,
  };
  for (const [module, functions] of modules)
    files[`${module}.ts`] = `${tasksHead}${functions.join("\n\n")}\n`;
  return {
    files: Object.fromEntries(
      Object.entries(files).map(([name, content]) => [`src/${folder}/${name}`, content]),
    ),
    tasks: written.map(({ signature }) => signature).sort(),
    reads: written.flatMap(({ inputs, outputs: [produced] }, to) =>
      inputs.flatMap((input) => {
        const from = written.findIndex(({ id }) => id === input.by);
        return from < 0 || !produced ? [] : { from, to, input, produced };
      }),
    ),
    pipelines,
  };
}

function declare({ name, type, random }: Known, storage: string) {
  return declareDataset(random, name, type, storage);
}

/** The last type that was made of a dataset, or one before it. */
function typeOf({ type, random }: Known, alias: number): string {
  const at = alias % (random.steps.length + 1);
  return at === 0 ? type : `${type}_${at}`;
}

function importOf(datasets: readonly Known[]): string {
  return `import type { ${datasets.map(({ type }) => type).join(", ")} } from "./datasets.js";`;
}
