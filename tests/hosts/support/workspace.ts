/** A workspace of two projects, the one of which refers to the other: `lib` has the tasks, `app` the pipeline. */
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { sharedConfig } from "../../analyzer/support/compile.js";
import { repository } from "../../analyzer/support/paths.js";
import { tempFolder, writeFiles } from "../../analyzer/support/temp-project.js";

export const libTasks = `import { type Dataset, dataset, type Param, task } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export const RawUsers = dataset("raw_users", { storage: file({ path: "data/users.json" }) }).of<string[]>();
export type RawUsers = Dataset.Of<typeof RawUsers>;
export type CleanUsers = Dataset<"clean_users", string[]>;

/** A function as it is. */
export function extract(prefix: Param<"prefix", string>): RawUsers {
  return [\`\${prefix}Ada \`, \`\${prefix}Alan\`];
}

export const clean = task({ retries: 1 }, (users: RawUsers): CleanUsers => users.map((user) => user.trim()));
`;

/** The pipeline, with `lib` imported as a specifier says. */
export const pipelineOf = (lib: string) => `import { clean, type CleanUsers, extract } from "${lib}";
import { type Dataset, pipeline } from "@glacier-ts/core";

export type Lengths = Dataset<"lengths", number[]>;

export const measure = (users: CleanUsers): Lengths => users.map((user) => user.length);

export const analytics = pipeline({
  name: "analytics",
  tasks: [extract, clean, measure],
});
`;

const main = `import { LocalExecutor } from "@glacier-ts/runtime";
import { analytics } from "./pipeline.js";

const { datasets } = await analytics.run({ executor: new LocalExecutor(), params: { prefix: "Dr " } });
console.log(JSON.stringify(datasets));
`;

/** A composite project with the plugin, for tspc and for the editor. */
function config(base: object, options: Readonly<Record<string, unknown>> = {}): string {
  const plugins = [{ transform: "@glacier-ts/plugin", transformProgram: true, name: "@glacier-ts/plugin" }];
  const compilerOptions = { ...sharedConfig.compilerOptions, composite: true, ...options, plugins };
  return JSON.stringify({ ...sharedConfig, ...base, compilerOptions });
}

/** How `app` gets at `lib`: by the path of what is compiled of it, or by the name of a package that is linked. */
export type Linked = "by-path" | "by-name";

/** Makes the workspace; nothing is built. */
export function makeWorkspace(linked: Linked): string {
  const folder = tempFolder();
  const modules = path.join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of ["@glacier-ts", "@types", "typescript"]) {
    symlinkSync(path.join(repository, "node_modules", name), path.join(modules, name), "dir");
  }
  const isNamed = linked === "by-name";
  if (isNamed) {
    mkdirSync(path.join(modules, "@acme"));
    symlinkSync(path.join(folder, "lib"), path.join(modules, "@acme/lib"), "dir");
  }
  const libPackage = {
    name: "@acme/lib",
    type: "module",
    exports: {
      ".": { types: "./dist/tasks.d.ts", default: "./dist/tasks.js" },
      "./glacier.manifest.json": "./glacier.manifest.json",
    },
  };
  writeFiles(folder, {
    "package.json": '{ "name": "acme", "type": "module" }',
    "tsconfig.json": JSON.stringify({ files: [], references: [{ path: "app" }] }),
    "lib/tsconfig.json": config({}),
    "lib/src/tasks.ts": libTasks,
    "app/tsconfig.json": config({ references: [{ path: "../lib" }] }, { types: ["node"] }),
    "app/src/pipeline.ts": pipelineOf(isNamed ? "@acme/lib" : "../../lib/dist/tasks.js"),
    "app/src/main.ts": main,
    ...(isNamed && {
      "lib/package.json": JSON.stringify(libPackage),
      "app/package.json": '{ "name": "@acme/app", "type": "module" }',
    }),
  });
  return folder;
}
