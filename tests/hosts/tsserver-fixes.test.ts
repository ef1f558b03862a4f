/** Quick fixes through a real tsserver: each is applied, the whole text compared, and what was reported is gone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EditedProject } from "./support/edited-project.js";
import { makeEditorProject } from "./support/editor.js";
import { Tsserver } from "./support/tsserver.js";

const datasets = `import type { Dataset } from "@glacier-ts/core";

export interface User { id: number; name: string }
export type RawUsers = Dataset<"raw_users", User[]>;
export type Names = Dataset<"names", string[]>;
export type Ids = Dataset<"ids", { id: number }[]>;
export type CleanUsers = Dataset<"clean_users", User[]>;
`;

describe("the lost return type", () => {
  const head = `import { task } from "@glacier-ts/core";\nimport type { RawUsers } from "./datasets.js";\n\n`;

  let project: EditedProject;
  beforeAll(() => {
    const files = { "src/datasets.ts": datasets, "src/tasks.ts": "" };
    project = new EditedProject(new Tsserver(makeEditorProject(files)), files);
  });
  afterAll(() => project.server.stop());

  it("of a task is a dataset that fits, the best one first, with its import", async () => {
    const source = `${head}export const clean = task({ retries: 1 }, (users: RawUsers) => users.filter(({ id }) => id > 0).map((user) => ({ ...user })));\n`;
    project.write({ "src/tasks.ts": source });
    const fixes = await project.fixes(992_001);
    expect(fixes.map(({ description, fixName }) => [fixName, description])).toEqual([
      ["glacier.annotateReturn", "Return dataset 'clean_users': write the return type 'CleanUsers'"],
      ["glacier.annotateReturn", "Return dataset 'ids': write the return type 'Ids'"],
      ["glacier.declareDataset", "Declare dataset 'clean' of what 'clean' returns"],
    ]);
    project.apply(fixes[0]?.changes ?? []);
    expect(project.text("src/tasks.ts")).toBe(
      source
        .replace("{ RawUsers }", "{ CleanUsers, RawUsers }")
        .replace("(users: RawUsers) =>", "(users: RawUsers): CleanUsers =>"),
    );
    expect(await project.problems()).toEqual([]);
  });

  it("of a plain function is a promise where it returns one, and null where it may", async () => {
    for (const [text, type] of [
      ["async function f(users: RawUsers) { return users.map(({ name }) => name); }", "Promise<Names>"],
      [
        "function f(users: RawUsers) { return Promise.resolve(users.map(({ name }) => name)); }",
        "Promise<Names>",
      ],
      [
        "function f(users: RawUsers) { if (!users[0]) return null; return users.map(({ name }) => name); }",
        "Names | null",
      ],
    ] as const) {
      const source = `import { pipeline } from "@glacier-ts/core";\nimport type { Names, RawUsers } from "./datasets.js";\n\nexport function extract(): RawUsers { return []; }\nexport ${text}\nexport const p = pipeline({ name: "p", tasks: [extract, f] });\nexport const used: Names = [];\n`;
      project.write({ "src/tasks.ts": source });
      await project.fix(992_001, `Return dataset 'names': write the return type '${type}'`);
      expect(project.text("src/tasks.ts")).toBe(
        source.replace("f(users: RawUsers)", `f(users: RawUsers): ${type}`),
      );
      expect(await project.problems()).toEqual([]);
    }
  });

  it("replaces one that says no dataset", async () => {
    const source = `${head}export const names = task({}, async (users: RawUsers): Promise<readonly string[] | undefined> => {\n  return users.map(({ name }) => name);\n});\n`;
    project.write({ "src/tasks.ts": source });
    await project.fix(992_001, "Return dataset 'names': write the return type 'Promise<Names>'");
    expect(project.text("src/tasks.ts")).toBe(
      source
        .replace("{ RawUsers }", "{ Names, RawUsers }")
        .replace("Promise<readonly string[] | undefined>", "Promise<Names>"),
    );
    expect(await project.problems()).toEqual([]);
  });

  it("goes by the name that the file has for the dataset, and behind a parameter without parentheses", async () => {
    const source = `import { task } from "@glacier-ts/core";\nimport type * as all from "./datasets.js";\nimport type { Names as Texts } from "./datasets.js";\n\nconst read: (users: all.RawUsers) => string[] = users => users.map(({ name }) => name);\nexport const names = task({}, read);\nexport const first: Texts = [];\n`;
    project.write({ "src/tasks.ts": source });
    await project.fix(992_001, "Return dataset 'names': write the return type 'Texts'");
    expect(project.text("src/tasks.ts")).toBe(source.replace("users => users", "(users): Texts => users"));
  });

  it("that is not known may be any dataset: first those that are read and that no task produces", async () => {
    const source = `import { task } from "@glacier-ts/core";\nimport type { CleanUsers, Ids } from "./datasets.js";\n\nexport const parse = task({}, () => JSON.parse("[]"));\nexport const clean = task({}, (): CleanUsers => []);\nexport const count = task({}, (ids: Ids): void => void ids);\n`;
    project.write({ "src/tasks.ts": source });
    expect((await project.fixes(992_008)).map(({ description }) => description)).toEqual([
      "Return dataset 'ids': write the return type 'Ids'",
      "Return dataset 'raw_users': write the return type 'RawUsers'",
      "Return dataset 'names': write the return type 'Names'",
      "Return dataset 'clean_users': write the return type 'CleanUsers'",
    ]);
    await project.fix(992_008, "Return dataset 'raw_users': write the return type 'RawUsers'");
    expect(project.text("src/tasks.ts")).toBe(
      source
        .replace("{ CleanUsers, Ids }", "{ CleanUsers, Ids, RawUsers }")
        .replace("() =>", "(): RawUsers =>"),
    );
    expect(await project.problems()).toEqual([]);
  });

  it("is not offered where none fits, in JavaScript, or where the name means something else", async () => {
    const nothing = `${head}export const at = task({}, (users: RawUsers) => new Date(users.length));\n`;
    const taken = `${head}interface Names { n: 1 }\nexport const names = task({}, (users: RawUsers) => users.map(({ name }) => name));\nexport const other: Names = { n: 1 };\n`;
    const script = `import { task } from "@glacier-ts/core";\nexport const names = task({}, /** @param {import("./datasets.js").RawUsers} users */ (users) => users.map(({ name }) => name));\n`;
    const files = { "src/nothing.ts": nothing, "src/taken.ts": taken, "src/script.js": script };
    const own = EditedProject.of({ "src/datasets.ts": datasets, ...files }, { allowJs: true, checkJs: true });
    const reported = await own.diagnostics();
    expect(reported.map(({ file, diagnostic }) => [file, diagnostic.code])).toEqual(
      Object.keys(files).map((file) => [file, 992_001]),
    );
    for (const { file, diagnostic } of reported) {
      const fixes = await own.server.codeFixes(file, diagnostic);
      expect(fixes.filter(({ fixName }) => fixName === "glacier.annotateReturn")).toEqual([]);
    }
  });

  it("is a new dataset of what the task returns", async () => {
    const first = `import { task } from "@glacier-ts/core";\nimport type { RawUsers } from "./datasets.js";\n\n/** Names. */\nexport const cleanUsers = task({}, async (users: RawUsers) => users.map(({ name }) => ({ name, CleanUsers2: 1 })));\n`;
    project.write({ "src/tasks.ts": first });
    await project.fix(992_001, "Declare dataset 'clean_users_2' of what 'cleanUsers' returns");
    expect(project.text("src/tasks.ts")).toBe(
      first
        .replace("{ task }", "{ Dataset, task }")
        .replace(
          "/** Names",
          'export type CleanUsers22 = Dataset<"clean_users_2", { name: string; CleanUsers2: number; }[]>;\n\n/** Names',
        )
        .replace("(users: RawUsers) =>", "(users: RawUsers): Promise<CleanUsers22> =>"),
    );
    expect(await project.problems()).toEqual([]);

    // A type that is not imported has no name here, and what cannot be stored is no dataset.
    project.write({
      "src/fetch.ts": `import type { User } from "./datasets.js";\nexport const fetchUsers = (): User[] => [];\n`,
    });
    for (const [returned, offered] of [
      ["fetchUsers()", ["annotateReturn", "annotateReturn", "annotateReturn"]],
      ["fetchUsers", []],
    ] as const) {
      const source = `import { task } from "@glacier-ts/core";\nimport { fetchUsers } from "./fetch.js";\nexport const pick = task({}, () => ${returned});\n`;
      project.write({ "src/tasks.ts": source });
      const fixes = await project.fixes(992_001);
      expect(fixes.map(({ fixName }) => fixName)).toEqual(offered.map((name) => `glacier.${name}`));
    }
  });

  it("is imported as the project writes imports", async () => {
    const source = `import { task } from '@glacier-ts/core'\r\n\r\nexport const ids = task({}, () => [{ id: 1 }])\r\n`;
    const own = EditedProject.of(
      { "src/datasets.ts": datasets, "src/deep/tasks.ts": source },
      { verbatimModuleSyntax: true, module: "preserve", moduleResolution: "bundler" },
    );
    await own.fix(992_001, "Return dataset 'ids': write the return type 'Ids'");
    expect(own.text("src/deep/tasks.ts")).toBe(
      `import { task } from '@glacier-ts/core'\r\nimport type { Ids } from '../datasets'\r\n\r\nexport const ids = task({}, (): Ids => [{ id: 1 }])\r\n`,
    );
    expect(await own.problems()).toEqual([]);
  });
});

describe("a task that is not exported", () => {
  it("is exported, alone or with all others of the file", async () => {
    const source = `import { type Dataset, pipeline, task } from "@glacier-ts/core";

export type Raw = Dataset<"raw", number[]>;
export type Total = Dataset<"total", number>;

/** Fetches. */
function extract(): Raw {
  return [1];
}
const sum = task({ retries: 1 }, (raw: Raw): Total => raw.length);

const p = pipeline({ name: "p", tasks: [extract, sum] });
`;
    const one = source.replace("const sum", "export const sum");
    const project = EditedProject.of({ "src/pipeline.ts": source });
    await project.fix(991_001, "Export 'sum'");
    expect(project.text("src/pipeline.ts")).toBe(one);
    await project.fix(991_001, "Export 'p'");
    await project.fix(991_011, "Export 'extract'");
    const all = one
      .replace("function extract", "export function extract")
      .replace("const p", "export const p");
    expect(project.text("src/pipeline.ts")).toBe(all);
    expect(await project.problems()).toEqual([]);

    project.write({ "src/pipeline.ts": source });
    const [fix] = await project.fixes(991_001);
    expect(fix?.fixAllDescription).toBe("Export all tasks and pipelines of this file");
    project.apply(await project.server.combinedCodeFix("src/pipeline.ts", fix?.fixId ?? ""));
    expect(project.text("src/pipeline.ts")).toBe(all);
    expect(await project.problems()).toEqual([]);
  });

  it("is left alone where `export` would not help", async () => {
    const source = `import { type Dataset, task } from "@glacier-ts/core";
export type Raw = Dataset<"raw", number[]>;
let extract = task({}, (): Raw => [1]);
export function make() {
  const inner = task({}, (): Raw => [1]);
  return [inner, extract];
}
`;
    const project = EditedProject.of({ "src/tasks.ts": source });
    for (const { file, diagnostic } of await project.diagnostics()) {
      expect(diagnostic.code).toBe(991_001);
      expect(await project.server.codeFixes(file, diagnostic)).toEqual([]);
    }
  });
});

describe("a dataset that no task produces", () => {
  const core = `import { type Dataset, dataset, pipeline } from "@glacier-ts/core";\n`;
  const totals = `export type Total = Dataset<"total", number>;\nexport type Mean = Dataset<"mean", number>;\n`;

  it("is the one that is nearly called so, wherever it is written", async () => {
    const before = {
      "src/datasets.ts": `${core}export const Users = dataset("raw_user").of<"raw_user"[]>();\nexport type Users = Dataset.Of<typeof Users>;\nexport type Same = Dataset<'raw_user', "raw_user"[]>;\n${totals}`,
      "src/tasks.ts": `${core}import type { Mean, Same, Total } from "./datasets.js";\nexport function extract(): Dataset<"raw_users", "raw_user"[]> { return []; }\nexport function sum(users: Same): Total { return users.length; }\nexport function average(users: Dataset<"raw_user", "raw_user"[]>): Mean { return users.length; }\n`,
      "src/pipeline.ts": `${core}import { average, extract, sum } from "./tasks.js";\nexport const p = pipeline({ name: "p", tasks: [extract, sum, average] });\n`,
    };
    const project = EditedProject.of(before);
    const [fix] = await project.fixes(993_002);
    expect(fix?.description).toBe("Change 'raw_user' to 'raw_users'");
    project.apply(await project.server.combinedCodeFix("src/pipeline.ts", fix?.fixId ?? ""));
    expect(project.text("src/datasets.ts")).toBe(
      before["src/datasets.ts"]
        .replace('dataset("raw_user")', 'dataset("raw_users")')
        .replace("Dataset<'raw_user'", "Dataset<'raw_users'"),
    );
    expect(project.text("src/tasks.ts")).toBe(
      before["src/tasks.ts"].replace('Dataset<"raw_user",', 'Dataset<"raw_users",'),
    );
    expect(await project.problems()).toEqual([]);
  });

  it("is produced by a task that the pipeline does not list yet", async () => {
    const before = {
      "src/datasets.ts": `${core}export type Rates = Dataset<"rates", number[]>;\n${totals}`,
      "src/fetch.ts": `import type { Rates } from "./datasets.js";\nfunction fetch(): Rates { return []; }\nexport { fetch as fetchRates };\n`,
      "src/all.ts": `${core}import { fetchRates } from "./fetch.js";\nexport const every = pipeline({ name: "every", tasks: { fetchRates } });\n`,
      "src/pipeline.ts": `${core}import type { Rates, Total } from "./datasets.js";\n\nexport function sum(rates: Rates): Total { return rates.length; }\nexport const p = pipeline({\n  name: "p",\n  tasks: [\n    sum,\n  ],\n});\n`,
    };
    const project = EditedProject.of(before);
    await project.fix(993_002, "Add 'fetch', which produces 'rates', to pipeline 'p'");
    expect(project.text("src/pipeline.ts")).toBe(
      before["src/pipeline.ts"]
        .replace('"./datasets.js";\n', '"./datasets.js";\nimport { fetchRates } from "./fetch.js";\n')
        .replace("    sum,\n", "    sum,\n    fetchRates,\n"),
    );
    expect(await project.problems()).toEqual([]);
  });

  const stub = (name: string, type: string) =>
    `export function ${name}(): ${type} {\n  throw new Error("${name} is not written yet");\n}\n\n`;

  it("gets a task that produces it, beside the one that reads it", async () => {
    const sum = `/** Adds. */\n// Slowly.\nexport const sum = task({}, (rates: Rates | null): Total => rates?.length ?? 0);\n`;
    const head = `import { type Dataset, pipeline, task } from "@glacier-ts/core";\n\nexport type Rates = Dataset<"exchange-rates.eur", number[]>;\n${totals}\n`;
    const end = (tasks: string) => `export const p = pipeline({ name: "p", tasks: ${tasks} });\n`;
    const title = "Write a task 'produceExchangeRatesEur' that produces 'exchange-rates.eur'";
    const name = "produceExchangeRatesEur";

    const project = EditedProject.of({
      "src/tasks.ts": "",
      "src/pipeline.ts": `${head}${sum}${end("[sum]")}`,
    });
    await project.fix(993_002, title);
    expect(project.text("src/pipeline.ts")).toBe(
      `${head}${stub(name, "Rates")}${sum}${end(`[sum, ${name}]`)}`,
    );
    expect(await project.problems()).toEqual([]);

    const importing = `import { pipeline } from "@glacier-ts/core";\n`;
    for (const [imports, tasks, importsAfter, tasksAfter] of [
      [
        `import { sum } from "./tasks.js";\n`,
        "{ sum }",
        `import { sum, ${name} } from "./tasks.js";\n`,
        `{ sum, ${name} }`,
      ],
      [
        `import * as t from "./tasks.js";\n`,
        "[t.sum]",
        `import * as t from "./tasks.js";\n`,
        `[t.sum, t.${name}]`,
      ],
      [`import * as t from "./tasks.js";\n`, "t", `import * as t from "./tasks.js";\n`, "t"],
    ] as const) {
      project.write({
        "src/tasks.ts": `${head}${sum}`,
        "src/pipeline.ts": `${importing}${imports}${end(tasks)}`,
      });
      await project.fix(993_002, title);
      expect(project.text("src/tasks.ts")).toBe(`${head}${stub(name, "Rates")}${sum}`);
      expect(project.text("src/pipeline.ts")).toBe(`${importing}${importsAfter}${end(tasksAfter)}`);
      expect(await project.problems()).toEqual([]);
    }
  });

  it("gets it in the pipeline's file, where that does not import the other one", async () => {
    const tasks = `${core}export type Rates = Dataset<"rates", number[]>;\n${totals}export const holder = { sum: (rates: Rates): Total => rates.length };\nexport const produceRates = 1;\n`;
    const source = `import { pipeline } from "@glacier-ts/core";\nimport { holder } from "./tasks.js";\n\nexport const p = pipeline({ name: "p", tasks: [holder.sum] });\n`;
    const project = EditedProject.of({ "src/tasks.ts": tasks, "src/pipeline.ts": source });
    await project.fix(993_002, "Write a task 'produceRates2' that produces 'rates'");
    expect(project.text("src/pipeline.ts")).toBe(
      source
        .replace("{ holder }", "{ holder, Rates }")
        .replace("export const", `${stub("produceRates2", "Rates")}export const`)
        .replace("[holder.sum]", "[holder.sum, produceRates2]"),
    );
    expect(await project.problems()).toEqual([]);
  });
});

it("leaves a misspelt name of a type to TypeScript", async () => {
  const source = `import { task } from "@glacier-ts/core";\nimport type { Names, RawUsers } from "./datasets.js";\nexport const names = task({}, (users: RawUser): Names => users.map(({ name }: RawUsers[0]) => name));\n`;
  const project = EditedProject.of({ "src/datasets.ts": datasets, "src/tasks.ts": source });
  await project.fix(2552, "Change spelling to 'RawUsers'");
  expect(project.text("src/tasks.ts")).toBe(source.replace("(users: RawUser)", "(users: RawUsers)"));
  expect(await project.problems()).toEqual([]);
});

it("tells editors which diagnostics have fixes, with and without a file", async () => {
  const { server } = EditedProject.of({ "src/datasets.ts": datasets });
  const own = (codes: unknown) => (codes as readonly string[]).filter((code) => code.startsWith("99"));
  const expected = ["991001", "991011", "992001", "992008", "993002"];
  expect(own(await server.supportedCodeFixes()).sort()).toEqual(expected);
  expect(own(await server.supportedCodeFixes("src/datasets.ts")).sort()).toEqual(expected);
});
