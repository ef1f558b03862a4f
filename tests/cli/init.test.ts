/** `glacier init` in projects of all kinds: what it writes, and that nothing else changes. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { emptyProject, type Files, type TempProject } from "../rig/temp-project.js";

const tspc = fileURLToPath(new URL("../../node_modules/ts-patch/bin/tspc.js", import.meta.url));
const entry = '{ "name": "@glacier-ts/plugin", "transform": "@glacier-ts/plugin", "transformProgram": true }';

/** Every file below a folder that is no link, by path. */
function textsIn(project: TempProject, folder = ""): Files {
  const entries = readdirSync(project.path(folder), { withFileTypes: true }).map((found): Files => {
    const name = path.posix.join(folder, found.name);
    if (found.isDirectory()) return textsIn(project, name);
    return found.isFile() ? { [name]: project.read(name) } : {};
  });
  return Object.assign({}, ...entries);
}

async function init(project: TempProject, ...args: readonly string[]) {
  const result = await glacier(project.folder, ["init", ...args]);
  expect(result).toMatchObject({ stderr: "", code: 0 });
  return result.stdout;
}

/** Runs the command again: it finds nothing to do. */
async function expectSettled(project: TempProject, ...args: readonly string[]) {
  const before = textsIn(project);
  expect(await init(project, ...args)).toMatch(/^Nothing to change: Glacier is set up here\.\n/);
  expect(textsIn(project)).toEqual(before);
}

async function expectWorks(project: TempProject, folder = project.folder) {
  expect(await glacier(folder, ["check"])).toMatchObject({
    stdout: "Checked 1 pipeline with 3 tasks: no errors.\n",
    code: 0,
  });
  execFileSync(process.execPath, [tspc, "-p", "."], { cwd: folder });
  expect(project.has(path.relative(project.folder, path.join(folder, "glacier.manifest.json")))).toBe(true);
  const run = await glacier(folder, ["run"]);
  expect(run.stdout).toMatch(/^averageAge +38\.5$/m);
  expect(run.code).toBe(0);
}

describe("a folder with nothing in it", () => {
  it("gets a project that is checked, compiled and run", async () => {
    const project = emptyProject({});
    expect(await init(project)).toBe(`\
Changed:

package.json
  created
  scripts.build: glacier build
  scripts.check: glacier check
  scripts.pipeline: glacier run
  dependencies: @glacier-ts/core, @glacier-ts/runtime
  devDependencies: @glacier-ts/cli, @glacier-ts/plugin, ts-patch, typescript
tsconfig.json
  created, strict, with the plugin
.gitignore
  created, with node_modules/, dist/, .glacier/
src/datasets.ts
  created
src/tasks.ts
  created
src/pipeline.ts
  created

Next:
  npm install
  npx glacier check
  npx glacier run
`);
    await expectWorks(project);
    await expectSettled(project);
  });

  it("may not be there yet", async () => {
    const project = emptyProject({});
    await init(project, "pipelines/etl");
    expect(Object.keys(textsIn(project))).toContain("pipelines/etl/src/pipeline.ts");
    await expectWorks(project, project.path("pipelines/etl"));
    await expectSettled(project, "pipelines/etl");
  });
});

describe("an existing tsconfig", () => {
  it("keeps its comments, commas, tabs and line ends", async () => {
    const before = [
      "// The compiler's options.",
      "{",
      '\t"compilerOptions": {',
      '\t\t"module": "nodenext", // as Node does',
      '\t\t"strict": true,',
      '\t\t"types": [], /* nothing global */ // yet',
      "\t},",
      '\t"include": ["src",],',
      "}",
      "",
    ];
    const project = emptyProject({ "tsconfig.json": before.join("\r\n") });
    await init(project);
    expect(project.read("tsconfig.json")).toBe(
      before.toSpliced(6, 0, `\t\t"plugins": [${entry}],`).join("\r\n"),
    );
    await expectSettled(project);
  });

  it.each([
    [
      "without an end",
      '{\n  "compilerOptions": {\n    "strict": true // yes\n  }\n}',
      '{\n  "compilerOptions": {\n    "strict": true, // yes\n    "plugins": [ENTRY]\n  }\n}',
    ],
    [
      "with a byte order mark",
      '\ufeff{\n  "compilerOptions": { "strict": true }\n}\n',
      '\ufeff{\n  "compilerOptions": { "strict": true, "plugins": [ENTRY] }\n}\n',
    ],
    [
      "with comments only",
      '{\n  "compilerOptions": {\n    "strict": true,\n    // "target": "es5",\n    /* "lib": [] */\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "plugins": [ENTRY],\n    // "target": "es5",\n    /* "lib": [] */\n  }\n}\n',
    ],
    [
      "with other plugins",
      '{\n  "compilerOptions": {\n    "strict": true,\n    "plugins": [\n      { "name": "other" }\n    ]\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "plugins": [\n      { "name": "other" },\n      ENTRY\n    ]\n  }\n}\n',
    ],
    [
      "with half of the plugin",
      '{\n  "compilerOptions": {\n    "strict": true,\n    "plugins": [{ "transform": "@glacier-ts/plugin", "manifest": "m.json" }]\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "plugins": [{ "transform": "@glacier-ts/plugin", "manifest": "m.json", "name": "@glacier-ts/plugin", "transformProgram": true }]\n  }\n}\n',
    ],
    [
      "that says nothing",
      "{}\n",
      '{\n  "compilerOptions": {\n    "plugins": [ENTRY],\n    "strictNullChecks": true\n  }\n}\n',
    ],
    [
      "that is not strict",
      '{ "compilerOptions": { "strict": false } }\n',
      '{ "compilerOptions": { "strict": false, "plugins": [ENTRY], "strictNullChecks": true } }\n',
    ],
  ])("%s", async (_, before, after) => {
    const project = emptyProject({ "tsconfig.json": before });
    await init(project);
    expect(project.read("tsconfig.json")).toBe(after.replace("ENTRY", entry));
    await expectSettled(project);
  });

  it("says why it sets strictNullChecks", async () => {
    const project = emptyProject({ "tsconfig.json": "{}" });
    expect(await init(project)).toContain(
      "  compilerOptions.strictNullChecks: true, as 'strict' is not set and Glacier needs to see null\n",
    );
  });

  it("that only extends another one repeats the plugins that it would replace", async () => {
    const project = emptyProject({
      "base.json": '{ "compilerOptions": { "strict": true, "plugins": [{ "name": "other" }] } }',
      "tsconfig.json": '{\n    "extends": "./base.json"\n}\n',
    });
    await init(project);
    expect(project.read("tsconfig.json")).toBe(
      `{\n    "extends": "./base.json",\n    "compilerOptions": {\n        "plugins": [{ "name": "other" }, ${entry}]\n    }\n}\n`,
    );
    await expectSettled(project);
  });

  it("that extends one with the plugin stays as it is", async () => {
    const tsconfig = '{ "extends": "../base.json", "include": ["lib/**/*.ts"] }';
    const project = emptyProject({
      "base.json": `{ "compilerOptions": { "strict": true, "module": "nodenext", "plugins": [${entry}] } }`,
      "etl/tsconfig.json": tsconfig,
    });
    await init(project, "etl");
    expect(project.read("etl/tsconfig.json")).toBe(tsconfig);
    expect(project.has("etl/lib/pipeline.ts")).toBe(true);
    await expectSettled(project, "etl");
  });

  it.each([
    [
      "files",
      '{ "compilerOptions": { "strict": true }, "files": ["main.ts"] }',
      '"files": ["main.ts", "src/pipeline.ts"]',
    ],
    [
      "include",
      '{ "compilerOptions": { "strict": true, "rootDir": "." }, "include": ["types/**/*"] }',
      '"include": ["types/**/*", "pipeline.ts"]',
    ],
    [
      "exclude",
      '{ "compilerOptions": { "strict": true }, "exclude": ["src", "node_modules"] }',
      '"files": ["src/pipeline.ts"], "include": ["**/*"]',
    ],
  ])("whose '%s' leaves the pipeline out takes it in", async (_, before, expected) => {
    const project = emptyProject({ "tsconfig.json": before, "main.ts": "export {};\n" });
    await init(project);
    expect(project.read("tsconfig.json")).toContain(expected);
    expect((await glacier(project.folder, ["check"])).stdout).toBe(
      "Checked 1 pipeline with 3 tasks: no errors.\n",
    );
    await expectSettled(project);
  });

  it("goes by another name", async () => {
    const project = emptyProject({ "tsconfig.etl.json": '{ "compilerOptions": { "strict": true } }' });
    expect(await init(project, "tsconfig.etl.json")).toContain("glacier check --project tsconfig.etl.json");
    expect(project.has("tsconfig.json")).toBe(false);
    await expectSettled(project, "--project", "tsconfig.etl.json");
  });
});

describe("odd input", () => {
  it("of plugins: an entry that is null stays", async () => {
    const project = emptyProject({
      "tsconfig.json": '{ "compilerOptions": { "strict": true, "plugins": [null] } }',
    });
    await init(project);
    expect(project.read("tsconfig.json")).toContain(`"plugins": [null, ${entry}]`);
    await expectSettled(project);
  });

  it("of sources: a folder may be called as a file is", async () => {
    const project = emptyProject({ "src/chart.ts/index.ts": "export const chart = 'bars'\n" });
    await init(project);
    expect(project.has("src/pipeline.ts")).toBe(true);
  });

  it.each([
    ["tsconfig for etl.json", '"tsconfig for etl.json"'],
    ["$HOME;ls.json", '"\\$HOME;ls.json"'],
  ])("of tsconfigs: %s is one word of a command", async (name, word) => {
    const project = emptyProject({});
    expect(await init(project, name)).toContain(`glacier check --project ${word}\n`);
    const { scripts } = JSON.parse(project.read("package.json"));
    expect(scripts.check).toBe(`glacier check --project ${word}`);
  });
});

describe("an existing package", () => {
  it("keeps its scripts, its order and its indentation", async () => {
    const project = emptyProject({
      "package.json":
        '{\n    "name": "etl",\n    "scripts": {\n        "build": "tsc -p .",\n        "check": "eslint ."\n    },\n    "devDependencies": {\n        "typescript": "^5.9.0"\n    }\n}\n',
    });
    expect(await init(project)).toContain(`\
package.json
  scripts.glacier:build: glacier build; 'build' was there and stays
  scripts.glacier:check: glacier check; 'check' was there and stays
  scripts.pipeline: glacier run
  dependencies: @glacier-ts/core, @glacier-ts/runtime
  devDependencies: @glacier-ts/cli, @glacier-ts/plugin, ts-patch
`);
    expect(project.read("package.json")).toMatch(
      /^\{\n {4}"name": "etl",\n {4}"scripts": \{\n {8}"build": "tsc -p \.",\n {8}"check": "eslint \.",\n {8}"glacier:build": "glacier build",/,
    );
    expect(await init(project)).toBe(`\
Nothing to change: Glacier is set up here.
note: the package.json asks for typescript ^5.9.0: Glacier needs TypeScript 6
`);
  });

  it("of CommonJS modules", async () => {
    const project = emptyProject({ "package.json": '{\n  "type": "commonjs"\n}\n' });
    await init(project);
    await expectWorks(project);
    expect(project.read("dist/pipeline.js")).toContain("require(");
  });

  it("of CommonJS modules that cannot import Glacier is told so", async () => {
    const project = emptyProject({
      "package.json": "{}\n",
      "tsconfig.json": '{ "compilerOptions": { "strict": true, "module": "node16" } }',
    });
    expect(await init(project)).toMatch(
      /^note: with 'module' as it is, CommonJS files cannot import @glacier-ts\/core/m,
    );
  });

  it("of a monorepo: nothing outside of its folder changes", async () => {
    const root = {
      ".git/HEAD": "ref: refs/heads/main\n",
      ".gitignore": "node_modules\n**/.glacier\n",
      "package.json": '{ "workspaces": ["packages/*"] }',
      "pnpm-lock.yaml": "",
    };
    const project = emptyProject({ ...root, "packages/etl/package.json": '{\n  "name": "etl"\n}\n' });
    expect(await init(project, "packages/etl")).toContain("Next:\n  pnpm install\n");
    expect(textsIn(project)).toMatchObject(root);
    expect(project.has("packages/etl/.gitignore")).toBe(false);
    await expectSettled(project, "packages/etl");
  });

  it("has sources: the first pipeline is written as they are, and beside them", async () => {
    const project = emptyProject({
      "src/tasks.ts": "import fs from 'node:fs'\nif (fs) {\n    fs.rmSync('x')\n}\n",
    });
    await init(project);
    expect(project.read("src/first-pipeline/pipeline.ts")).toContain(
      "import { pipeline } from '@glacier-ts/core'\n",
    );
    expect(project.read("src/first-pipeline/datasets.ts")).toContain("\n    id: number\n");
    await expectSettled(project);
  });

  it.each([
    ["pipeline as p", "p"],
    ["* as core", "core.pipeline"],
  ])("has a pipeline by way of `%s`: none is written", async (imported, call) => {
    const clause = imported.startsWith("*") ? imported : `{ ${imported} }`;
    const project = emptyProject({
      "etl/own.ts": `import ${clause} from "@glacier-ts/core";\nexport const own = ${call}({ name: "own", tasks: [] });\n`,
      "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
    });
    expect(await init(project)).not.toContain("pipeline.ts");
    expect(project.has("src")).toBe(false);
  });
});

describe("what it cannot do", () => {
  it.each<[string, Files, string]>([
    [
      "a tsconfig that is no JSON",
      { "tsconfig.json": '{\n  "compilerOptions": { "strict" true }\n}\n' },
      `\
tsconfig.json:2:33 - error GLA4020: Cannot edit 'tsconfig.json': it is not valid JSON (colon expected).
  hint: mend the file, then run the command again
  2 |   "compilerOptions": { "strict" true }
    |                                 ~~~~
`,
    ],
    [
      "a package.json with a comment",
      { "package.json": '{\n  // no\n  "name": "x"\n}\n' },
      `\
package.json:2:3 - error GLA4020: Cannot edit 'package.json': it is not valid JSON (invalid comment token).
  hint: mend the file, then run the command again
  2 |   // no
    |   ~~~~~
`,
    ],
    [
      "scripts that are a list",
      { "package.json": '{\n  "scripts": ["build"]\n}\n' },
      `\
package.json:2:14 - error GLA4020: Cannot edit 'package.json': 'scripts' is no object.
  hint: mend the file, then run the command again
  2 |   "scripts": ["build"]
    |              ~~~~~~~~~
`,
    ],
    [
      "a tsconfig that extends what is not there",
      { "tsconfig.json": '{ "extends": "./nowhere.json" }' },
      `\
error GLA4020: Cannot edit 'tsconfig.json': Cannot read file '<project>/nowhere.json'.
  hint: mend the file, then run the command again
`,
    ],
    [
      "null checks that are switched off",
      { "tsconfig.json": '{\n  "compilerOptions": { "strictNullChecks": false }\n}\n' },
      `\
tsconfig.json:2:44 - error GLA4022: 'compilerOptions.strictNullChecks' is false, but Glacier needs true.
  hint: change it, then run \`glacier init\` again
  2 |   "compilerOptions": { "strictNullChecks": false }
    |                                            ~~~~~
`,
    ],
    [
      "a tsconfig that only refers to others",
      {
        "tsconfig.json":
          '{ "files": [], "references": [{ "path": "./packages/a" }, { "path": "./packages/b" }] }',
      },
      `\
error GLA4023: 'tsconfig.json' has no files of its own; it refers to './packages/a' and './packages/b'.
  hint: name one of them: \`glacier init ./packages/a\`
`,
    ],
  ])("%s", async (_, files, expected) => {
    const project = emptyProject(files);
    const before = textsIn(project);
    const { stdout, stderr, code } = await glacier(project.folder, ["init"]);
    expect({ stdout, stderr: stderr.replaceAll(project.folder, "<project>"), code }).toEqual({
      stdout: "",
      stderr: `${expected}\nFound 1 error${expected.startsWith("error") ? "" : " in 1 file"}.\n`,
      code: 1,
    });
    expect(textsIn(project)).toEqual(before);
    const json = await glacier(project.folder, ["init", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ severity: "error" }] });
  });

  it("where one file cannot be written, none is", async () => {
    const project = emptyProject({ "package.json": "{}\n", src: "this is no folder" });
    const before = textsIn(project);
    const { stderr, code } = await glacier(project.folder, ["init"]);
    expect(stderr).toMatch(/^error GLA4021: Cannot write 'src\/datasets\.ts': /);
    expect(code).toBe(1);
    expect(textsIn(project)).toEqual(before);
  });
});

describe("the files", () => {
  it("keep their mode, and a link stays a link", async () => {
    const project = emptyProject({ "config/tsconfig.json": '{ "compilerOptions": { "strict": true } }' });
    mkdirSync(project.path("etl"));
    symlinkSync("../config/tsconfig.json", project.path("etl/tsconfig.json"));
    chmodSync(project.path("config/tsconfig.json"), 0o600);
    await init(project, "etl");
    expect(
      readdirSync(project.path("etl"), { withFileTypes: true })
        .find(({ name }) => name === "tsconfig.json")
        ?.isSymbolicLink(),
    ).toBe(true);
    expect(project.read("config/tsconfig.json")).toContain(entry);
  });

  it("are shown by --dry-run as a diff that git applies to the same effect", async () => {
    const files = { "package.json": '{\n  "name": "etl"\n}\n', ".gitignore": "dist" };
    const project = emptyProject(files);
    const { diff } = JSON.parse((await glacier(project.folder, ["init", "--dry-run", "--json"])).stdout);
    const text = await init(project, "--dry-run");
    expect(text.startsWith(diff)).toBe(true);
    expect(text).toMatch(/\nWould change:\n[\s\S]*\nNothing was written\.\n$/);
    expect(textsIn(project)).toEqual(files);

    const applied = emptyProject(files);
    execFileSync("git", ["apply", "-"], { cwd: applied.folder, input: diff });
    await init(project);
    expect(textsIn(applied)).toEqual(textsIn(project));
  });

  it("are listed for programs", async () => {
    const project = emptyProject({ "package.json": "{}\n" });
    const { stdout } = await glacier(project.folder, ["init", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      diagnostics: [],
      files: [
        { file: "package.json", status: "changed" },
        { file: "tsconfig.json", status: "created" },
        { file: ".gitignore", status: "created" },
        { file: "src/datasets.ts", status: "created" },
        { file: "src/tasks.ts", status: "created" },
        { file: "src/pipeline.ts", status: "created" },
      ],
      next: ["npm install", "npx glacier check", "npx glacier run"],
    });
    const again = await glacier(project.folder, ["init", "--json"]);
    expect(JSON.parse(again.stdout).files.map(({ status }: { status: string }) => status)).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
    ]);
  });
});
