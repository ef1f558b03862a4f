/** What the editor keeps between programs: after any edits the analysis is that of a program that was never seen before. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  analyze,
  EditorProject,
  fileDependencies,
  IncrementalAnalysis,
  typescript6Host,
} from "@glacier-ts/analyzer";
import { type Diagnostic, renderManifest } from "@glacier-ts/core";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { createVirtualProgram, virtualFolder } from "../analyzer/support/compile.js";
import { correct, cyclicTasks } from "./support/sample.js";

type Files = Readonly<Record<string, string>>;

/** Programs of texts, one after another: a file whose text is the same stays the same object, as it does in an editor. */
class Edits {
  readonly #options = createVirtualProgram({}).getCompilerOptions();
  readonly #sources = new Map<string, ts.SourceFile>();
  #program: ts.Program | undefined;

  next(files: Files): ts.Program {
    const rootNames = Object.keys(files).map((name) => `${virtualFolder}/${name}`);
    const host = ts.createCompilerHost(this.#options, true);
    const textOf = (file: string) => files[file.slice(virtualFolder.length + 1)];
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (file) => textOf(file) !== undefined || fileExists(file);
    host.readFile = (file) => textOf(file) ?? readFile(file);
    host.directoryExists = (folder) => folder.startsWith(virtualFolder) || ts.sys.directoryExists(folder);
    host.getSourceFile = (file, version, ...rest) => {
      const known = this.#sources.get(file);
      const text = textOf(file);
      if (known && (text === undefined || known.text === text)) return known;
      const source =
        text === undefined
          ? getSourceFile(file, version, ...rest)
          : ts.createSourceFile(file, text, version, true);
      if (source) this.#sources.set(file, source);
      return source;
    };
    this.#program = ts.createProgram({
      rootNames,
      options: this.#options,
      host,
      ...(this.#program && { oldProgram: this.#program }),
    });
    return this.#program;
  }
}

interface Outcome {
  readonly manifest: string;
  readonly diagnostics: readonly Diagnostic[];
}

const hostOf = (program: ts.Program) => typescript6Host(ts, program, virtualFolder);

function update(incremental: IncrementalAnalysis, program: ts.Program): Outcome {
  const { manifest, diagnostics } = incremental.update(hostOf(program), fileDependencies(ts, program));
  return { manifest: renderManifest(manifest), diagnostics };
}

function analyzeAnew(program: ts.Program): Outcome {
  const { manifest, diagnostics } = analyze(hostOf(program));
  return { manifest: renderManifest(manifest), diagnostics };
}

// Payloads that are equal as JSON Schema and differ as types, and the other way round.
const payloads = [
  "A",
  "B",
  "{ id: number }[]",
  "{ id: string }[]",
  "{ id: Id }[]",
  "{ id: number; name?: string }[]",
];
const names = ["x", "y", "z"];

const typesFile = fc
  .tuple(fc.constantFrom("number", "string", "Id"), fc.constantFrom("number", "string"), fc.boolean())
  .map(([a, b, isBranded]) => {
    const id = isBranded ? 'number & { readonly "~id"?: true }' : "number";
    return `export type Id = ${id};\nexport type A = { id: ${a} }[];\nexport interface Row { id: ${b} }\nexport type B = Row[];\n`;
  });

const taskOf = fc.record({
  input: fc.option(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...payloads))),
  output: fc.option(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...payloads))),
  isWrapped: fc.boolean(),
});

/** Each module has two tasks. */
const tasksFile = fc.array(taskOf, { minLength: 2, maxLength: 2 }).map((tasks) => {
  const dataset = ([name, payload]: readonly [string, string]) => `Dataset<"${name}", ${payload}>`;
  const texts = tasks.map(({ input, output, isWrapped }, index) => {
    const parameter = input ? `rows: ${dataset(input)}` : "";
    const result = output ? dataset(output) : "void";
    return isWrapped
      ? `export const t${index} = task({ retries: 1 }, (${parameter}): ${result} => { throw 1; });`
      : `export function t${index}(${parameter}): ${result} { throw 1; }`;
  });
  return `import { type Dataset, task } from "@glacier-ts/core";\nimport type { A, B, Id } from "./types.js";\nexport type Used = [A, B, Id];\n${texts.join("\n")}\n`;
});

const taskFiles = ["a", "b", "c"];
const pipelineFile = fc
  .uniqueArray(fc.constantFrom(...taskFiles.flatMap((file) => [`${file}.t0`, `${file}.t1`])), {
    maxLength: 5,
  })
  .map(
    (tasks) =>
      `import { pipeline } from "@glacier-ts/core";\n${taskFiles.map((file) => `import * as ${file} from "./${file}.js";`).join("\n")}\nexport const p = pipeline({ name: "p", tasks: [${tasks.join(", ")}] });\n`,
  );

// In a body: longer and shorter ones, and what concerns the analyzer although it is in a body.
const bodies = [
  "throw 1;",
  "throw new Error('a longer body');",
  "\n  // Several lines.\n  throw 1;\n",
  'const inner = task({}, (): Dataset<"x", A> => { throw 1; }); throw inner;',
  "const { length } = [1].map((one): number => one + 1); throw length;",
];
const bodyEdit = fc.record({
  file: fc.constantFrom(...taskFiles.map((name) => `src/${name}.ts`)),
  body: fc.constantFrom(...bodies),
  isFirst: fc.boolean(),
});

const fileEdit = fc.oneof(
  typesFile.map((text) => ["src/types.ts", text] as const),
  ...taskFiles.map((file) => tasksFile.map((text) => [`src/${file}.ts`, text] as const)),
  pipelineFile.map((text) => ["src/p.ts", text] as const),
  pipelineFile.map((text) => ["src/q.ts", text.replace("const p", "const q")] as const),
);

const edit: fc.Arbitrary<(files: Files) => Files> = fc.oneof(
  fileEdit.map(([name, text]) => (files: Files) => ({ ...files, [name]: text })),
  bodyEdit.map(({ file, body, isFirst }) => (files: Files) => {
    const text = files[file] ?? "";
    const written = bodies.flatMap((known) => [
      text.indexOf(`{ ${known} }`),
      text.lastIndexOf(`{ ${known} }`),
    ]);
    const found = written.filter((at) => at >= 0).sort((a, b) => a - b);
    const at = isFirst ? found[0] : found.at(-1);
    if (at === undefined) return files;
    const known = bodies.find((one) => text.startsWith(`{ ${one} }`, at)) ?? "";
    return { ...files, [file]: `${text.slice(0, at)}{ ${body} }${text.slice(at + known.length + 4)}` };
  }),
);

// Statements of four files that depend on each other in every way that an edit can be followed through: what stands in
// one file is seen in others by another name, as a whole module, in an inferred type, or in what two names have in common.
const core =
  'import { type Dataset, dataset, pipeline, task, type Task, type TaskContext } from "@glacier-ts/core";';
const statements: Readonly<Record<string, readonly string[]>> = {
  "src/types.ts": [
    "export type Id = number;",
    "export type Id = string;",
    'export type Id = number & { readonly "~id"?: true };',
    "export interface Row { id: Id }",
    "export interface Row { name?: string }",
    "interface Hidden { id: number }",
    "interface Hidden { id: string }",
    "export type { Hidden as B };",
    "export type { Row as B };",
    "export type A = Row[];",
    "export type A = Hidden[];",
    "/** @minimum 1 */\nexport type A = number;",
  ],
  "src/alias.ts": [
    'export * from "./types.js";',
    'export type { A } from "./types.js";',
    'export type { B as A } from "./types.js";',
    'import * as types from "./types.js";',
    "export type A = types.Row[];",
    'export type X = Dataset<"x", A>;',
    'export type X = Dataset<"x", import("./types.js").Row[]>;',
    'export type Y = Dataset<"y", import("./types.js").A>;',
    'export type Y = Dataset<"y", number>;',
    'export const stored = dataset("y", { storage: { kind: "file", path: "y.json" } }).of<A>();',
    "export const few = { retries: 1 } as const;",
    "export const few = { retries: -1 } as const;",
    'export const few = { retries: 2, tags: ["some"] } as const;',
  ],
  "src/tasks.ts": [
    'import type { A, B } from "./types.js";',
    'import { few, type X, type Y } from "./alias.js";',
    "export const t0 = task({ retries: 1 }, (): X => { throw 1; });",
    'export const t0 = task({ retries: -1, tags: ["one"] }, (): X => { throw 1; });',
    "export const t0 = task(few, (rows: Y): X => { throw 1; });",
    "export const t0 = task({ ...few }, (rows: X, context: TaskContext): Y => { throw 2; });",
    "export const t1 = task({}, (rows: X): Y => { throw 1; });",
    "export function t1(rows: X): Y { throw 1; }",
    'export function t1(rows: X, others: Dataset<"y", A>) { return [] as unknown as Dataset<"z", B>; }',
    'const t2 = task({}, (rows: Y): Dataset<"z", A> => { throw 1; });',
    "export { t2 };",
    "export { t2 as t0 };",
    "export { t2 as a, t2 };",
    "export const t0 = task({ retries: few.retries }, (rows: Y): X => { throw 1; });",
    "const wrap = <F>(options: object, run: F): F => run;",
    "export const t4 = wrap({ of: task({}, t1) }, (rows: X): Y => { throw 1; });",
    "export const t4 = wrap({ of: task({}, (rows: Y): X => { throw 1; }) }, (rows: X): Y => { throw 1; });",
    "export const t3 = t0;",
    "export function t3(rows: Parameters<typeof t1>[0]): ReturnType<typeof t0> { throw 1; }",
    'export function t4(): Dataset<"z", typeof t0 extends Task<never, infer Options> ? Options : 1> { throw 1; }',
    "export const group = [t0, t1];",
    "export const group = [t1, () => 1];",
    "function outer(): void { const inner = task({}, (rows: X): Y => { throw 1; }); }",
    "export default task({}, (rows: X): Y => { throw 1; });",
    "t1.name;",
  ],
  "src/pipeline.ts": [
    'import * as all from "./tasks.js";',
    'import other, { group, t0, t1, t3 } from "./tasks.js";',
    'import { a, t2, t4 } from "./tasks.js";',
    'export const p = pipeline({ name: "p", tasks: all });',
    'export const p = pipeline({ name: "p", tasks: [t0, t1, t2] });',
    'export const p = pipeline({ name: "p", tasks: [...group, t3] });',
    'export const q = pipeline({ name: "q", tasks: { first: t0, a, t4 } });',
    'export const q = pipeline({ name: "p", tasks: [other, t1] });',
  ],
};
type Statements = Readonly<Record<string, readonly string[]>>;

const statementEdit = fc
  .record({
    file: fc.constantFrom(...Object.keys(statements)),
    at: fc.nat(9),
    kind: fc.constantFrom("insert", "remove", "replace", "replace", "replace"),
    chosen: fc.nat(99),
  })
  .map(({ file, at, kind, chosen }) => (before: Statements): Statements => {
    const [pool, written] = [statements[file] ?? [], before[file] ?? []];
    const statement = pool[chosen % pool.length] ?? "";
    // Mostly a statement takes the place of one that declares the same.
    const [, declared = ""] = /^(.*?\w+ \w+) /.exec(statement) ?? [];
    const known = written.findIndex((one) => one.startsWith(declared));
    const position = kind === "replace" && known >= 0 ? known : at % (written.length + 1);
    const removed = kind === "insert" ? 0 : 1;
    return {
      ...before,
      [file]: written.toSpliced(position, removed, ...(kind === "remove" ? [] : [statement])),
    };
  });

const someStatements = fc.record(
  Object.fromEntries(
    Object.entries(statements).map(([file, pool]) => [file, fc.subarray([...pool], { minLength: 4 })]),
  ),
);

function textsOf(files: Statements): Files {
  return Object.fromEntries(
    Object.entries(files).map(([file, written]) => [file, `${[core, ...written].join("\n")}\n`]),
  );
}

describe("after edits", () => {
  it("says so whatever statement of whatever file is edited", { timeout: 170_000 }, () => {
    const some = fc.array(statementEdit, { minLength: 6, maxLength: 12 });
    fc.assert(
      fc.property(someStatements, some, (first, rest) => {
        const edits = new Edits();
        const incremental = new IncrementalAnalysis();
        let files: Statements = first;
        for (const change of [(unchanged: Statements) => unchanged, ...rest]) {
          files = change(files);
          const program = edits.next(textsOf(files));
          expect(update(incremental, program)).toEqual(analyzeAnew(program));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("says what is said of a program that was never seen before", { timeout: 170_000 }, () => {
    const start = fc.record({
      "src/types.ts": typesFile,
      "src/a.ts": tasksFile,
      "src/b.ts": tasksFile,
      "src/c.ts": tasksFile,
      "src/p.ts": pipelineFile,
      "src/q.ts": pipelineFile,
    });
    fc.assert(
      fc.property(start, fc.array(edit, { minLength: 4, maxLength: 8 }), (first, rest) => {
        const edits = new Edits();
        const incremental = new IncrementalAnalysis();
        let files: Files = first;
        for (const change of [(unchanged: Files) => unchanged, ...rest]) {
          files = change(files);
          const program = edits.next(files);
          expect(update(incremental, program)).toEqual(analyzeAnew(program));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("reads the statement that was edited and what depends on it, no other one", () => {
    const module = (read: string, made: string) =>
      `import { type Dataset, task } from "@glacier-ts/core";\nexport type Out = Dataset<"${made}", number[]>;\nexport const ${made} = task({}, (${read === "" ? "" : `rows: Dataset<"${read}", number[]>`}): Out => [1]);\n`;
    const files = {
      "src/a.ts": module("", "a"),
      "src/b.ts": module("a", "b"),
      "src/c.ts": module("b", "c"),
      "src/d.ts": module("c", "d"),
    };
    const edits = new Edits();
    const incremental = new IncrementalAnalysis();
    update(incremental, edits.next(files));
    // An import, a type and a task in each.
    expect(incremental.readCount).toBe(4 * 3);
    update(incremental, edits.next(files));
    expect(incremental.readCount).toBe(0);
    // The type of what it makes, and the task that reads that: payloads are compared in one program.
    const commented = files["src/a.ts"].replace("task({}", "task(/* here */ {}");
    update(incremental, edits.next({ ...files, "src/a.ts": commented }));
    expect(incremental.readCount).toBe(3);
    const withOptions = commented.replace("{}", "{ retries: 1 }");
    update(incremental, edits.next({ ...files, "src/a.ts": withOptions }));
    expect(incremental.readCount).toBe(1);
    update(incremental, edits.next({ ...files, "src/a.ts": withOptions.replace("[1]", "[2, 3]") }));
    expect(incremental.readCount).toBe(0);
  });

  it("reads everything again when what is global changes, or an import leads to another file", () => {
    const task = `import { type Dataset, task } from "@glacier-ts/core";\nexport const a = task({}, (): Dataset<"a", Row[]> => []);\n`;
    const edits = new Edits();
    const incremental = new IncrementalAnalysis();
    const global = (type: string) => ({
      "src/a.ts": task,
      "src/row.ts": `export {};\ndeclare global {\n  interface Row { id: ${type} }\n}\n`,
    });
    for (const type of ["number", "string"]) {
      const program = edits.next(global(type));
      const { manifest, diagnostics } = update(incremental, program);
      expect({ manifest, diagnostics }).toEqual(analyzeAnew(program));
      expect(manifest).toContain(`"type": "${type}"`);
    }
    const importing = `import type { Row } from "./row.js";\n${task}`;
    const row = (type: string) => `export interface Row { id: ${type} }\n`;
    for (const [file, type] of [
      ["src/row.d.ts", "number"],
      ["src/row.ts", "string"],
    ] as const) {
      const { manifest } = update(incremental, edits.next({ "src/a.ts": importing, [file]: row(type) }));
      expect(manifest).toContain(`"type": "${type}"`);
    }
  });

  it("lets go of programs that are gone", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const edits = new Edits();
    const incremental = new IncrementalAnalysis();
    const checkers: WeakRef<ts.TypeChecker>[] = [];
    for (let edit = 0; edit < 4; edit++) {
      const program = edits.next({ ...correct, "src/other.ts": `export const other = ${edit};\n` });
      checkers.push(new WeakRef(program.getTypeChecker()));
      update(incremental, program);
      // A weak reference is held until the turn of the event loop is over.
      await new Promise((resolve) => setImmediate(resolve));
    }
    collectGarbage();
    expect(checkers.map((checker) => checker.deref() === undefined).slice(0, 2)).toEqual([true, true]);
    expect(update(incremental, edits.next(correct)).diagnostics).toEqual([]);
  });
});

describe("a crash of the analyzer", () => {
  /** A program whose checker fails in one file. */
  function failing(program: ts.Program, fileName: string): ts.Program {
    const checker = program.getTypeChecker();
    const getTypeAtLocation = (node: ts.Node) => {
      if (node.getSourceFile().fileName.endsWith(fileName)) throw new Error("boom");
      return checker.getTypeAtLocation(node);
    };
    return { ...program, getTypeChecker: () => ({ ...checker, getTypeAtLocation }) };
  }

  it("is one diagnostic and a line in the log, until the next program that can be analysed", () => {
    const edits = new Edits();
    const log: string[] = [];
    let program: ts.Program | undefined;
    const editor = new EditorProject(
      ts,
      () => program,
      (text) => log.push(text),
    );
    const tasks = `${virtualFolder}/src/tasks.ts`;
    const pipeline = `${virtualFolder}/src/pipeline.ts`;
    expect(editor.diagnostics(tasks)).toEqual([]);

    program = failing(edits.next(correct), "tasks.ts");
    for (const file of [tasks, pipeline]) {
      expect(editor.diagnostics(file)).toEqual([
        {
          file: program.getSourceFile(file),
          start: 0,
          length: 0,
          category: ts.DiagnosticCategory.Error,
          code: 990_000,
          source: "glacier",
          messageText: "Internal error: boom while reading src/tasks.ts",
        },
      ]);
      expect(editor.hover(file, 60, undefined, false)).toBeUndefined();
      expect(editor.projectDiagnostics()).toEqual([]);
    }
    expect(log).toEqual([
      expect.stringMatching(
        /^Glacier: Internal error: boom while reading src\/tasks\.ts\nError: boom\n {4}at /,
      ),
    ]);

    program = edits.next(correct);
    expect(editor.diagnostics(tasks)).toEqual([]);
    program = edits.next({ ...correct, "src/tasks.ts": cyclicTasks });
    expect(editor.diagnostics(pipeline).map(({ code }) => code)).toEqual([993_001]);
    program = failing(
      edits.next({ ...correct, "src/tasks.ts": `${cyclicTasks}export type Edited = number;\n` }),
      "tasks.ts",
    );
    expect(editor.diagnostics(pipeline).map(({ code }) => code)).toEqual([990_000]);
    program = edits.next({ ...correct, "src/tasks.ts": cyclicTasks });
    expect(editor.diagnostics(pipeline).map(({ code }) => code)).toEqual([993_001]);
  });

  it("is none when the editor cancels", () => {
    const program = new Edits().next(correct);
    const cancelled: ts.Program = {
      ...program,
      getTypeChecker: () => {
        throw new ts.OperationCanceledException();
      },
    };
    const log: string[] = [];
    const editor = new EditorProject(
      ts,
      () => cancelled,
      (text) => log.push(text),
    );
    expect(() => editor.diagnostics(`${virtualFolder}/src/tasks.ts`)).toThrow(ts.OperationCanceledException);
    expect(log).toEqual([]);
  });
});
