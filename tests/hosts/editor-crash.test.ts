/** A crash while an editor asks is caught and logged, and TypeScript's own answer stands. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { EditorProject } from "@glacier-ts/analyzer";
import ts from "typescript";
import { expect, it, onTestFinished } from "vitest";
import { createVirtualProgram, virtualFolder } from "../analyzer/support/compile.js";
import { tempFolder, writeFiles } from "../analyzer/support/temp-project.js";
import { makeEditorProject } from "./support/editor.js";
import { correct, correctTasks } from "./support/sample.js";
import { Tsserver } from "./support/tsserver.js";

const lost = "export const lost = task({}, (users: CleanUsers) => users.map((user) => user));\n";
const tasks = `${correctTasks}${lost}`;

it("leaves every answer of TypeScript as it is", () => {
  const program = createVirtualProgram({ ...correct, "src/tasks.ts": tasks });
  let isFailing = false;
  const failing = <Key extends keyof ts.TypeChecker & keyof typeof checker>(key: Key) => ({
    [key]: (...given: unknown[]) => {
      if (isFailing) throw new Error("boom");
      return (checker[key] as (...all: unknown[]) => unknown)(...given);
    },
  });
  const checker = program.getTypeChecker();
  const fragile: ts.TypeChecker = {
    ...checker,
    ...failing("getSymbolAtLocation"),
    ...failing("getTypeAtLocation"),
    ...failing("getDeclaredTypeOfSymbol"),
  };
  const log: string[] = [];
  const editor = new EditorProject(
    ts,
    () => ({ ...program, getTypeChecker: () => fragile }),
    (text) => log.push(text),
  );
  const file = `${virtualFolder}/src/tasks.ts`;
  const at = tasks.indexOf("CleanUsers) => users.map((user) => user)");
  const [reported] = editor.diagnostics(file);
  expect(reported).toMatchObject({ code: 992_001 });
  const { start = 0, length = 0 } = reported ?? {};

  const request = { languageServiceHost: {} as ts.LanguageServiceHost, formatOptions: {}, preferences: {} };
  const hover: ts.QuickInfo = {
    kind: ts.ScriptElementKind.typeElement,
    kindModifiers: "",
    textSpan: { start: at, length: 10 },
  };
  const definitions: ts.DefinitionInfoAndBoundSpan = { textSpan: hover.textSpan, definitions: [] };
  const completions: ts.CompletionInfo = {
    isGlobalCompletion: false,
    isMemberCompletion: false,
    isNewIdentifierLocation: false,
    entries: [],
  };
  const details: ts.CompletionEntryDetails = {
    name: "CleanUsers",
    kind: ts.ScriptElementKind.typeElement,
    kindModifiers: "",
    displayParts: [],
  };
  const ask = () => [
    editor.hover(file, at, hover, true),
    editor.definitions(file, at, definitions),
    editor.consumers(file, at),
    editor.codeFixes(file, { start, end: start + length, codes: [992_001] }, request),
    editor.combinedCodeFix(file, "glacier.exportTask", request),
    editor.combinedCodeFix(file, "fixMissingImport", request),
    editor.completions(file, at, () => completions),
    editor.completionDetails(
      file,
      at,
      { name: "CleanUsers", source: undefined },
      { details: () => details, symbol: () => undefined },
      request,
      true,
    ),
  ];
  const unchanged = [hover, definitions, [], [], { changes: [] }, undefined, completions, details];
  isFailing = true;
  expect(ask()).toEqual(unchanged);
  expect(log.length).toBeGreaterThanOrEqual(5);
  for (const line of log)
    expect(line).toMatch(/^Glacier: Internal error: boom while reading .*tasks\.ts\nError: boom\n/);

  isFailing = false;
  const again = ask();
  for (const index of [0, 1, 3]) expect(again[index]).not.toEqual(unchanged[index]);
});

it("keeps a real tsserver going, under a plugin whose types cannot be read", async () => {
  const folder = makeEditorProject({ ...correct, "src/tasks.ts": tasks });
  const plugins = tempFolder();
  writeFiles(plugins, {
    "node_modules/broken-types/index.js": `module.exports = () => ({
  create: ({ languageService }) => ({
    ...languageService,
    getProgram: () => {
      const program = languageService.getProgram();
      const getTypeAtLocation = () => { throw new Error("boom"); };
      return { ...program, getTypeChecker: () => ({ ...program.getTypeChecker(), getTypeAtLocation }) };
    },
  }),
});\n`,
  });
  const configFile = path.join(folder, "tsconfig.json");
  const config = JSON.parse(readFileSync(configFile, "utf8"));
  config.compilerOptions.plugins.unshift({ name: "broken-types" });
  writeFileSync(configFile, JSON.stringify(config));
  const server = new Tsserver(folder, plugins);
  onTestFinished(() => server.stop());
  server.open("src/tasks.ts");

  const reported = await server.diagnostics("src/tasks.ts");
  expect(reported.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "990000 Internal error: boom while reading src/tasks.ts",
  ]);
  expect(await server.hover("src/tasks.ts", tasks, "CleanUsers =")).toBe("");
  expect(await server.definitions("src/tasks.ts", tasks, "CleanUsers): Scores")).toEqual([
    "src/tasks.ts:4:13",
  ]);
  expect(await server.references("src/tasks.ts", tasks, "score =")).toContain("src/pipeline.ts:6:27");
  const [first] = reported;
  expect(first && (await server.codeFixes("src/tasks.ts", first))).toEqual([]);
  expect(await server.combinedCodeFix("src/tasks.ts", "glacier.exportTask")).toEqual([]);
  const at = tasks.indexOf("CleanUsers) => users.map((user) => user)");
  const completed = await server.completions("src/tasks.ts", tasks, at);
  const cleanUsers = completed.find(({ name }) => name === "CleanUsers");
  expect(cleanUsers).toMatchObject({ sortText: "11" });
  const details = cleanUsers && (await server.completionDetails("src/tasks.ts", tasks, at, cleanUsers));
  expect(details).toEqual({ changes: [], documentation: "" });
});
