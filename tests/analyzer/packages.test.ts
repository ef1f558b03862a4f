/** Packages in other places and states than those of the corpus. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { openProject } from "@glacier-ts/analyzer";
import { diagnosticText, type Manifest, sortKeys } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { sharedConfig } from "./support/compile.js";
import { repository } from "./support/paths.js";
import { buildProject, tempFolder, writeFiles } from "./support/temp-project.js";

const tasks = `import { type Dataset, dataset, task } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export const Users = dataset("users", { storage: file({ path: "data/users.json" }) }).of<string[]>();
export type Users = Dataset.Of<typeof Users>;
export const extract = task({ retries: 1 }, (): Users => ["Ada"]);
export const extractMore = (): Users => ["Ada", "Alan"];
`;

const pipeline = `import { extract, extractMore, type Users } from "@acme/sales";
import { type Dataset, pipeline } from "@glacier-ts/core";

export const count = (users: Users): Dataset<"total", number> => users.length;
export const analytics = pipeline({ name: "analytics", tasks: [extract, count] });
export const more = pipeline({ name: "more", tasks: [extractMore, count] });
`;

const config = (options: object = {}) =>
  JSON.stringify({ ...sharedConfig, compilerOptions: { ...sharedConfig.compilerOptions, ...options } });

/** A folder with an application, and a package beside it that is built and not yet installed. */
function makeFolders(libOptions: object = {}, libPackage: object = {}): { app: string; sales: string } {
  const folder = tempFolder();
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(
    path.join(repository, "node_modules/@glacier-ts"),
    path.join(folder, "node_modules/@glacier-ts"),
  );
  const exports = {
    ".": { types: "./dist/tasks.d.ts", default: "./dist/tasks.js" },
    "./glacier.manifest.json": "./glacier.manifest.json",
  };
  const sales = { name: "@acme/sales", type: "module", exports, ...libPackage };
  writeFiles(folder, {
    "sales/package.json": JSON.stringify(sales),
    "sales/tsconfig.json": config({ declaration: true, ...libOptions }),
    "sales/src/tasks.ts": tasks,
    "app/package.json": '{ "name": "@acme/app", "type": "module" }',
    "app/tsconfig.json": config(),
    "app/src/pipeline.ts": pipeline,
  });
  buildProject(path.join(folder, "sales"));
  return { app: path.join(folder, "app"), sales: path.join(folder, "sales") };
}

function link({ app, sales }: { readonly app: string; readonly sales: string }): void {
  mkdirSync(path.join(app, "node_modules/@acme"), { recursive: true });
  symlinkSync(sales, path.join(app, "node_modules/@acme/sales"), "dir");
}

/** What the compiler and the analyzer say of a project, and its manifest. */
function analyze(folder: string): { readonly text: string; readonly manifest: Manifest } {
  const opened = openProject(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { manifest, diagnostics } = opened.value.analyze();
  const all = [...opened.value.typeErrors(), ...diagnostics];
  return { manifest, text: all.map(diagnosticText).join("\n") };
}

/** Everything in a manifest but places and storage, which depend on where a package is. */
function wiringOf({ tasks, pipelines }: Manifest): string {
  const without = Object.entries(tasks)
    .map(([id, { declared: _, ...task }]) => [id, sortKeys(task)])
    .sort();
  return JSON.stringify([without, pipelines], undefined, 1);
}

describe("a package", () => {
  it("has the same tasks and edges however it is linked", () => {
    const linked = makeFolders();
    link(linked);
    const byLink = analyze(linked.app);
    expect(byLink.text).toBe("");
    expect(Object.keys(byLink.manifest.tasks).sort()).toEqual([
      "@acme/sales:src/tasks.ts#extract",
      "@acme/sales:src/tasks.ts#extractMore",
      "src/pipeline.ts#count",
    ]);
    expect(byLink.manifest.datasets.users?.storage).toEqual({
      kind: "file",
      path: "../sales/data/users.json",
    });

    const installed = makeFolders();
    cpSync(installed.sales, path.join(installed.app, "node_modules/@acme/sales"), { recursive: true });
    rmSync(installed.sales, { recursive: true });
    const byCopy = analyze(installed.app);
    expect(byCopy.text).toBe("");
    expect(wiringOf(byCopy.manifest)).toBe(wiringOf(byLink.manifest));
    expect(byCopy.manifest.datasets.users?.storage).toEqual({
      kind: "file",
      package: "@acme/sales",
      path: "data/users.json",
    });

    // The link itself is what the compiler sees.
    writeFiles(linked.app, { "tsconfig.json": config({ preserveSymlinks: true }) });
    expect(analyze(linked.app)).toEqual(byLink);

    // Sources, by a path that the compiler knows and by the package's own exports.
    writeFiles(linked.app, {
      "tsconfig.json": config({ rootDir: "..", paths: { "@acme/sales": ["../sales/src/tasks.ts"] } }),
    });
    const byPath = analyze(linked.app);
    expect(byPath.text).toBe("");
    expect(wiringOf(byPath.manifest)).toBe(wiringOf(byLink.manifest));
    expect(byPath.manifest.datasets).toEqual(byLink.manifest.datasets);
    writeFiles(linked.app, { "tsconfig.json": config() });
    writeFiles(linked.sales, {
      "package.json": '{ "name": "@acme/sales", "type": "module", "exports": "./src/tasks.ts" }',
    });
    const bySource = analyze(linked.app);
    expect(bySource.text).toBe("");
    expect(bySource.manifest).toEqual(byPath.manifest);
  });

  it("may have its manifest in another folder", () => {
    const plugins = [{ transform: "@glacier-ts/plugin", manifest: "dist/glacier.manifest.json" }];
    const folders = makeFolders(
      { plugins },
      {
        exports: {
          ".": { types: "./dist/tasks.d.ts", default: "./dist/tasks.js" },
          "./glacier.manifest.json": { default: "./dist/glacier.manifest.json" },
        },
      },
    );
    link(folders);
    const { text, manifest } = analyze(folders.app);
    expect(text).toBe("");
    expect(manifest.tasks["@acme/sales:src/tasks.ts#extract"]?.retries).toBe(1);
    expect(manifest.datasets.users?.storage).toEqual({ kind: "file", path: "../sales/data/users.json" });
  });
});

it("two copies of a package are reported at the task of the second one", () => {
  const { app, sales } = makeFolders();
  const copies = ["@acme/sales", "shop/node_modules/@acme/sales"];
  for (const copy of copies) cpSync(sales, path.join(app, "node_modules", copy), { recursive: true });
  writeFiles(app, {
    "node_modules/shop/package.json": '{ "name": "shop", "type": "module", "types": "./index.d.ts" }',
    "node_modules/shop/index.d.ts": 'export { extract as extractForShop } from "@acme/sales";\n',
    "src/pipeline.ts": `${pipeline}
import { extractForShop } from "shop";

export const shop = pipeline({ name: "shop", tasks: [extractForShop, count] });
`,
  });
  expect(analyze(app).text).toBe(
    "src/pipeline.ts:10:54 - GLA1011: 'extractForShop' is not a task of pipeline 'shop': another copy of '@acme/sales:src/tasks.ts' is used already: deduplicate the package that it is in.",
  );
});

describe("a manifest that cannot be read is reported once, at the first task", () => {
  const folders = makeFolders();
  link(folders);
  const file = path.join(folders.sales, "glacier.manifest.json");

  it.each([
    ["{}", "GLA4002: '../sales/glacier.manifest.json' is not a Glacier manifest: no version number."],
    ["oops", "GLA4002: '../sales/glacier.manifest.json' is not a Glacier manifest: text that is not JSON."],
    [
      '{ "version": 1, "datasets": {}, "tasks": {}, "pipelines": {}, "schemas": {}, "modules": [] }',
      "GLA4002: '../sales/glacier.manifest.json' is not a Glacier manifest: a section \"modules\" that is no object.",
    ],
    [
      '{ "version": 99 }',
      "GLA4003: '../sales/glacier.manifest.json' has manifest version 99, but this Glacier reads versions up to 1.",
    ],
    [
      undefined,
      "GLA4014: Task 'extract' is declared in package '@acme/sales', which has no 'glacier.manifest.json'.",
    ],
  ])("%s", (content, message) => {
    if (content === undefined) rmSync(file);
    else writeFiles(folders.sales, { "glacier.manifest.json": content });
    const [first, ...others] = analyze(folders.app)
      .text.split("\n")
      .filter((line) => !line.startsWith("  "));
    expect(first).toBe(`src/pipeline.ts:5:64 - ${message}`);
    expect(others).toEqual([]);
  });
});
