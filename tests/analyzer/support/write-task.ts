/** Writes one task of a random program in one of many styles. */
import type { Payload } from "./random-dataset.js";

export const taskStyles = [
  "function",
  "arrow",
  "function-expression",
  "task",
  "other-name",
  "core-namespace",
  "core-default",
  "core-barrel",
  "satisfies",
  "asserted",
  "annotated",
  "renamed-export",
  "other-constant",
  "object",
  "object-task",
  "shorthand",
  "static-method",
  "static-task",
  "instantiated",
  "default-function",
  "default-arrow",
  "default-task",
  "default-name",
] as const;

export const outputForms = [
  "value",
  "promise",
  "either",
  "nested-promise",
  "tuple",
  "object",
  "promised-tuple",
  "promised-object",
  "intersection",
] as const;

export const parameterForms = [
  "plain",
  "optional",
  "defaulted",
  "nullable",
  "or-undefined",
  "destructured",
] as const;

/** How a module names the types of datasets. */
export const typeImports = ["namespace", "barrel", "barrel-namespace", "inline"] as const;

export interface TaskInput {
  /** The name of the type in the program's modules, or a whole type in parentheses. */
  readonly type: string;
  readonly payload: Payload;
  readonly dataset: string;
  readonly by: string | undefined;
  readonly form: (typeof parameterForms)[number];
}
export type TaskOutput = Pick<TaskInput, "type" | "payload" | "dataset">;

export interface TaskToWrite {
  readonly inputs: readonly TaskInput[];
  readonly outputs: readonly TaskOutput[];
  readonly style: (typeof taskStyles)[number];
  readonly output: (typeof outputForms)[number];
  readonly types: (typeof typeImports)[number];
  readonly isNullable: boolean;
  readonly hasContext: boolean;
  readonly file: number;
  readonly index: number;
  readonly folder: string;
  readonly hasReturnType: boolean;
}

export interface WrittenTask {
  /** The module in the program's folder, without its ending. */
  readonly module: string;
  readonly text: string;
  /** What a module imports to name the task. */
  readonly imported: string;
  /** What is after the imported name: `.task3` of a holder. */
  readonly member: string;
  readonly id: string;
  /** `id: name (inputs) => outputs`. */
  readonly signature: string;
}

export function writeTask(task: TaskToWrite): WrittenTask {
  const { style, index, folder, types } = task;
  const isDefault = style.startsWith("default-");
  const module = isDefault ? `solo${index}` : `file${task.file}`;
  const name = `task${index}`;
  const holder = `Holder${index}`;
  const typeOf = (type: string) =>
    type.startsWith("(")
      ? type
      : {
          namespace: `data${index}.${type}`,
          barrel: `types${index}.${type}`,
          "barrel-namespace": `types${index}.all.all.${type}`,
          inline: `import("./types.js").${type}`,
        }[types];
  const parameters = orderParameters(task.inputs).map((input, position) =>
    parameterText(input, position, typeOf),
  );
  if (task.hasContext) parameters.push(contextText(task.inputs));
  const { returns, returned } = returnText(task, typeOf);
  const signature = `(${parameters.join(", ")})`;
  const arrow = `${signature}${task.hasReturnType ? `: ${returns}` : ""} => (${returned})`;
  const body = `${signature}: ${returns} {\n  return ${returned};\n}`;
  const options = `{ retries: ${index} }`;
  const annotation = orderParameters(task.inputs).map((input, position) =>
    annotationText(input, position, typeOf),
  );
  if (task.hasContext) annotation.push(contextText(task.inputs));
  const type = `((${annotation.join(", ")}) => ${returns})`;
  const make = index % 2 === 0 ? "define" : "named.task";
  const id = (path: string) => `src/${folder}/${module}.ts#${path}`;
  const plain = (text: string, path = name, shown = name) => ({ text, path, shown });
  const written = ((): { text: string; path: string; shown: string } => {
    switch (style) {
      case "function":
        return plain(`export function ${name}${body}`);
      case "arrow":
        return plain(`export const ${name} = ${arrow};`);
      case "function-expression":
        return plain(`export const ${name} = function named${body};`);
      case "task":
        return plain(`export const ${name} = mk(${options}, ${arrow});`);
      case "other-name":
        return plain(
          `const other${index} = core.task;\nexport const ${name} = other${index}(${options}, ${arrow});`,
        );
      case "core-namespace":
        return plain(`export const ${name} = ns.task(${options}, ${arrow});`);
      case "core-default":
        return plain(`export const ${name} = core.task(${options}, ${arrow});`);
      case "core-barrel":
        return plain(`export const ${name} = ${make}(${options} as const, ${arrow});`);
      case "satisfies":
        return plain(
          `export const ${name} = mk(${options} satisfies TaskOptions, ${arrow}) satisfies ${type};`,
        );
      case "asserted":
        return plain(`export const ${name} = (${arrow}) as ${type};`);
      case "annotated":
        return plain(`export const ${name}: ${type} = ${arrow};`);
      case "renamed-export":
        return plain(
          `const hidden${index} = ${arrow};\nexport { hidden${index} as ${name} };`,
          name,
          `hidden${index}`,
        );
      case "other-constant":
        return plain(`const hidden${index} = ${arrow};\nexport const ${name} = hidden${index};`);
      case "object":
        return plain(`export const ${holder} = { ${name}: ${arrow} };`, `${holder}.${name}`);
      case "object-task":
        return plain(
          `export const ${holder} = { inner: { ${name}: mk(${options}, ${arrow}) } } as const;`,
          `${holder}.inner.${name}`,
        );
      case "shorthand":
        return plain(`const ${name} = ${arrow};\nexport const ${holder} = { ${name} };`, `${holder}.${name}`);
      case "static-method":
        return plain(`export class ${holder} {\n  static ${name}${body}\n}`, `${holder}.${name}`);
      case "static-task":
        return plain(
          `export class ${holder} {\n  static readonly ${name} = mk(${options}, ${arrow});\n}`,
          `${holder}.${name}`,
        );
      case "instantiated":
        return plain(
          `function made${index}<T>${signature}: T {\n  return (${returned}) as never;\n}\nexport const ${name} = made${index}<${returns}>;`,
        );
      case "default-function":
        return plain(`export default function ${body}`, "default", module);
      case "default-arrow":
        return plain(`export default ${arrow};`, "default", module);
      case "default-task":
        return plain(`export default mk(${options}, ${arrow});`, "default", module);
      case "default-name":
        return plain(`const ${name} = mk(${options}, ${arrow});\nexport default ${name};`, "default", name);
    }
  })();
  const [imported = "", ...members] = written.path.split(".");
  const shape = `${written.shown} (${shapeOfInputs(task)}) => ${shapeOfOutputs(task)}`;
  return {
    module,
    text: `${typesHead(task)}${written.text}`,
    imported,
    member: members.map((member) => `.${member}`).join(""),
    id: id(written.path),
    signature: `${id(written.path)}: ${shape}`,
  };
}

/** What the text of a task begins with: its own imports of types. */
function typesHead({ index, types }: TaskToWrite): string {
  const imports = {
    namespace: `import type * as data${index} from "./types.js";\n`,
    barrel: `import * as types${index} from "./types.js";\nexport type Uses${index} = typeof types${index}.used;\n`,
    "barrel-namespace": `import type * as types${index} from "./types.js";\n`,
    inline: "",
  };
  return imports[types];
}

/** What every module of tasks begins with. */
export const tasksHead = `import core, { define, named, task as mk, type TaskOptions } from "./core.js";
import type { TaskContext } from "@glacier-ts/core";
import * as ns from "@glacier-ts/core";

async function* stream() {
  yield 1;
}
export type Used = [TaskOptions, TaskContext];
export const used = [core.task.name, define.name, named.task.name, mk.name, ns.task.name, stream.name];

`;

/** Those that may be left out come last. */
function orderParameters(inputs: readonly TaskInput[]): readonly TaskInput[] {
  const last = (input: TaskInput) => (input.form === "optional" ? 1 : 0);
  return inputs.toSorted((a, b) => last(a) - last(b));
}

function parameterText(
  { type, payload, form }: TaskInput,
  position: number,
  typeOf: (type: string) => string,
): string {
  const name = `p${position}`;
  switch (form) {
    case "plain":
      return `${name}: ${typeOf(type)}`;
    case "optional":
      return `${name}?: ${typeOf(type)}`;
    case "defaulted":
      return `${name}: ${typeOf(type)} = ${payload.value}`;
    case "nullable":
      return `${name}: ${typeOf(type)} | null`;
    case "or-undefined":
      return `${name}: ${typeOf(type)} | undefined`;
    case "destructured":
      return payload.isObject ? `{ value: v${position} }: ${typeOf(type)}` : `${name}: ${typeOf(type)}`;
  }
}

/** A parameter in a function type, which has no defaults. */
function annotationText(
  { type, payload, form }: TaskInput,
  position: number,
  typeOf: (type: string) => string,
): string {
  const of = typeOf(type);
  if (form === "optional") return `p${position}?: ${of}`;
  if (form === "destructured" && payload.isObject) return `arg${position}: ${of}`;
  const others = { nullable: " | null", "or-undefined": " | undefined", defaulted: " | undefined" };
  return `p${position}: ${of}${form in others ? others[form as keyof typeof others] : ""}`;
}

/** Last, and after an optional parameter optional itself. */
function contextText(inputs: readonly TaskInput[]): string {
  return `context${inputs.some(({ form }) => form === "optional") ? "?" : ""}: TaskContext`;
}

function returnText(
  { outputs, output, isNullable }: TaskToWrite,
  typeOf: (type: string) => string,
): { readonly returns: string; readonly returned: string } {
  const types = outputs.map(({ type }) => `${typeOf(type)}${isNullable ? " | null" : ""}`);
  const [first = "", second = ""] = types;
  const [value = "", other = ""] = outputs.map(({ payload }) => payload.value);
  const text = {
    value: [first, value],
    promise: [`Promise<${first}>`, `Promise.resolve(${value})`],
    either: [`${first} | Promise<${first}>`, value],
    "nested-promise": [`Promise<${first}> | Promise<Promise<${first}>>`, `Promise.resolve(${value})`],
    tuple: [`[${first}, ${second}]`, `[${value}, ${other}]`],
    object: [`{ first: ${first}; second: ${second} }`, `{ first: ${value}, second: ${other} }`],
    "promised-tuple": [
      `Promise<readonly [${first}, ${second}]>`,
      `Promise.resolve([${value}, ${other}] as const)`,
    ],
    "promised-object": [
      `Promise<{ first: ${first}; second: ${second} }>`,
      `Promise.resolve({ first: ${value}, second: ${other} })`,
    ],
    intersection: [`{ first: ${first} } & { second: ${second} }`, `{ first: ${value}, second: ${other} }`],
  }[output];
  return { returns: text[0] ?? "", returned: text[1] ?? "" };
}

function shapeOfInputs({ inputs }: TaskToWrite): string {
  return orderParameters(inputs)
    .map(({ dataset, form, payload }, position) => {
      const isDestructured = form === "destructured" && payload.isObject;
      const name = isDestructured ? `arg${position}` : `p${position}`;
      const isOptional = ["optional", "defaulted", "or-undefined"].includes(form);
      return `${name}${isOptional ? "?" : ""}${form === "nullable" ? " null" : ""} ${dataset}`;
    })
    .join(", ");
}

function shapeOfOutputs({ outputs, output, isNullable }: TaskToWrite): string {
  const isTuple = output.endsWith("tuple");
  const paths = isTuple ? ["/0", "/1"] : ["/first", "/second"];
  return outputs
    .map(({ dataset, payload }, index) => {
      const path = outputs.length === 1 ? "" : paths[index];
      return `${path}${isNullable ? " null" : ""}${payload.isStream ? " stream" : ""} ${dataset}`;
    })
    .join(", ");
}
