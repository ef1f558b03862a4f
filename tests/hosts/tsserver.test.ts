/** A real tsserver with the plugin: diagnostics as the analyzer has them, as you type, and where names lead. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { compilerCode, type Diagnostic } from "@glacier-ts/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyzeFolder } from "../analyzer/support/analyze-folder.js";
import { tempFolder } from "../analyzer/support/temp-project.js";
import { corpusCases } from "./support/corpus.js";
import { makeEditorProject, nameForEditor, startServer } from "./support/editor.js";
import { correct, correctTasks, cycleError, cyclic, cyclicTasks, pipelineFile } from "./support/sample.js";
import { projectOfCase, tspc } from "./support/tspc.js";
import { type ServerDiagnostic, Tsserver } from "./support/tsserver.js";

/** A diagnostic as the tests compare it. */
interface Shown {
  readonly place: string;
  readonly code: number;
  readonly category: string;
  readonly text: string;
  readonly related: readonly string[];
}

function shown(file: string, folder: string, diagnostic: ServerDiagnostic): Shown {
  const { start, length, startLocation, code, category, message, relatedInformation = [] } = diagnostic;
  return {
    place: `${file}:${startLocation.line}:${startLocation.offset} ${start}+${length}`,
    code,
    category,
    text: message,
    related: relatedInformation.map(({ message, span }) =>
      span
        ? `${path.relative(folder, span.file)}:${span.start.line}:${span.start.offset} ${message}`
        : message,
    ),
  };
}

function expected({ location, code, severity, message, hint, related }: Diagnostic): Shown {
  return {
    place: `${location?.file}:${location?.line}:${location?.column} ${location?.start}+${location?.length}`,
    code: compilerCode(code),
    category: severity,
    text: `${code}: ${message}${hint === undefined ? "" : `\n  hint: ${hint}`}`,
    related: related.map(({ message, location }) =>
      location ? `${location.file}:${location.line}:${location.column} ${message}` : message,
    ),
  };
}

const byPlace = (a: Shown, b: Shown) => (`${a.place} ${a.code}` < `${b.place} ${b.code}` ? -1 : 1);

describe("reports as the analyzer does", () => {
  // One server for all of them, as an editor has for all projects of a workspace.
  const workspace = path.dirname(tempFolder());
  let server: Tsserver;
  beforeAll(() => {
    server = new Tsserver(workspace);
  });
  afterAll(() => server.stop());

  it.each(corpusCases({ programs: 16, entries: 2 }))("$name", async (fixture) => {
    const folder = projectOfCase(fixture);
    const { diagnostics } = analyzeFolder(folder);
    nameForEditor(folder);
    const inWorkspace = (file: string) => path.relative(workspace, path.join(folder, file));
    const files = sourceFiles(folder);
    for (const file of files) server.open(inWorkspace(file));

    const found: Shown[] = [];
    for (const file of files) {
      for (const diagnostic of await server.diagnostics(inWorkspace(file)))
        found.push(shown(file, folder, diagnostic));
    }
    const own = found.filter(({ code }) => code >= 990_000);
    const glacier = diagnostics.filter(({ code }) => code.startsWith("GLA"));
    const placed = glacier.filter(({ location }) => location?.start !== undefined);
    expect(own.sort(byPlace)).toEqual(placed.map(expected).sort(byPlace));
    // What has no place in a source file, such as a wrong compiler option, is the project's.
    const unplaced = glacier.filter(({ location }) => location?.start === undefined).map(expected);
    const reported = await server.projectDiagnostics(inWorkspace("tsconfig.json"));
    const ofProject = reported.filter(({ code }) => code >= 990_000);
    expect(ofProject.map(({ message }) => message)).toEqual(unplaced.map(({ text }) => text));
    for (const file of files) server.close(inWorkspace(file));
  });
});

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(path.join(folder, "src"), { recursive: true, encoding: "utf8" })
    .map((name) => path.posix.join("src", name.split(path.sep).join("/")))
    .filter((name) => /(?<!\.d)\.[cm]?[jt]sx?$/.test(name))
    .sort();
}

const cycle = "GLA3001: Tasks depend on each other in a cycle: extract → clean → score → extract.";

it("is the same entry of the tsconfig for tspc and for the editor", async () => {
  const folder = makeEditorProject(cyclic);
  expect(await tspc(folder, "-p", ".")).toEqual({ exitCode: 2, stdout: cycleError, stderr: "" });
  const server = startServer(folder);
  server.open("src/pipeline.ts");
  expect(await server.diagnostics("src/pipeline.ts")).toMatchObject([{ message: cycle, code: 993_001 }]);
});

describe("as you type", () => {
  it("shows in one file what an edit of another one breaks, until it is repaired", async () => {
    const server = startServer(makeEditorProject(correct));
    server.open("src/tasks.ts");
    server.open("src/pipeline.ts");
    expect(await server.diagnostics("src/pipeline.ts")).toEqual([]);

    for (let round = 0; round < 3; round++) {
      const broken = server.replace("src/tasks.ts", correctTasks, "extract()", "extract(scores?: Scores)");
      expect(broken).toBe(cyclicTasks);
      const found = await server.diagnostics("src/pipeline.ts");
      expect(found.map(({ message }) => message)).toEqual([cycle]);
      expect(found[0]).toMatchObject({ source: "glacier", code: 993001, category: "error" });
      expect(found[0]?.startLocation).toEqual({ line: 6, offset: 11 });

      server.replace("src/tasks.ts", broken, "extract(scores?: Scores)", "extract()");
      expect(await server.diagnostics("src/pipeline.ts")).toEqual([]);
      expect(await server.diagnostics("src/tasks.ts")).toEqual([]);
    }
  });

  it("compares payloads of files that import neither of each other", async () => {
    const module = (body: string) => `import { type Dataset, task } from "@glacier-ts/core";\n${body}\n`;
    const make = module(
      `export type Made = Dataset<"rows", { id: number }[]>;\nexport const make = task({}, (): Made => []);`,
    );
    const read = module(
      `export type Read = Dataset<"rows", { id: number }[]>;\nexport const read = task({}, (rows: Read): void => console.log(rows.length));`,
    );
    const pipeline = `import { pipeline } from "@glacier-ts/core";\nimport { make } from "./make.js";\nimport { read } from "./read.js";\nexport const p = pipeline({ name: "p", tasks: [make, read] });\n`;
    const server = startServer(
      makeEditorProject({ "src/make.ts": make, "src/read.ts": read, "src/pipeline.ts": pipeline }),
    );
    server.open("src/make.ts");
    server.open("src/read.ts");
    const problems = async () =>
      (await server.diagnostics("src/read.ts"))
        .filter(({ code }) => code >= 990_000)
        .map(({ message }) => message);
    expect(await problems()).toEqual([]);

    let text = make;
    for (let round = 0; round < 2; round++) {
      text = server.replace("src/make.ts", text, "{ id: number }", "{ id: string }");
      expect(await problems()).toEqual([
        "GLA2007: Dataset 'rows' is produced as string but read as number at '[].id'.\n  hint: share one dataset type, or give the other one another name",
      ]);
      text = server.replace("src/make.ts", text, "{ id: string }", "{ id: number }");
      expect(await problems()).toEqual([]);
    }
  });

  it("goes on while a file has syntax errors", async () => {
    const server = startServer(makeEditorProject(correct));
    server.open("src/tasks.ts");
    const broken = server.replace("src/tasks.ts", correctTasks, "(users: CleanUsers): Scores =>", "(users: ");
    await server.diagnostics("src/tasks.ts");
    server.replace("src/tasks.ts", broken, "(users:  users", "(users: CleanUsers): Scores => users");
    expect(await server.diagnostics("src/pipeline.ts")).toEqual([]);
  });
});

describe("going", () => {
  const server = () => {
    const started = startServer(makeEditorProject(correct));
    started.open("src/tasks.ts");
    started.open("src/pipeline.ts");
    return started;
  };

  it("from a dataset to its declaration and its producer", async () => {
    expect(await server().definitions("src/tasks.ts", correctTasks, "CleanUsers): Scores")).toEqual([
      "src/tasks.ts:4:13",
      "src/tasks.ts:11:14",
    ]);
  });

  it("from the name of a dataset as a string to its producer", async () => {
    expect(await server().definitions("src/tasks.ts", correctTasks, '"clean_users"')).toEqual([
      "src/tasks.ts:11:14",
    ]);
  });

  it("from a task to what names it and what reads its dataset", async () => {
    expect(await server().references("src/pipeline.ts", pipelineFile, "clean, score]")).toEqual([
      "src/pipeline.ts:2:10",
      "src/pipeline.ts:6:20",
      "src/tasks.ts:11:14",
      "src/tasks.ts:13:23",
    ]);
  });
});
