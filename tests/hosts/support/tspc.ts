/** Projects that the real `tspc` compiles, in folders of their own. */
import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { sharedConfig } from "../../analyzer/support/compile.js";
import type { FixtureCase } from "../../analyzer/support/fixture-cases.js";
import { fixtures, repository } from "../../analyzer/support/paths.js";
import { installCase, linkPackages, tempFolder, writeFiles } from "../../analyzer/support/temp-project.js";

export const tspcFile = path.join(repository, "node_modules/ts-patch/bin/tspc.js");
const tscFile = path.join(repository, "node_modules/typescript/bin/tsc");

interface Config {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The tsconfig of a project with the plugin. */
export function pluginConfig(base: Config = sharedConfig, options: Config["compilerOptions"] = {}): string {
  const plugins = [{ transform: "@glacier-ts/plugin", transformProgram: true }];
  return JSON.stringify({ ...base, compilerOptions: { ...base.compilerOptions, ...options, plugins } });
}

/** Makes an ES module project of the given files. */
export function makeProject(
  files: Readonly<Record<string, string>>,
  options: Config["compilerOptions"] = {},
): string {
  const folder = tempFolder();
  linkPackages(folder);
  const all = { "package.json": '{ "type": "module" }', "tsconfig.json": pluginConfig(undefined, options) };
  writeFiles(folder, { ...all, ...files });
  return folder;
}

/** Makes a project of a case of the corpus. */
export function projectOfCase(fixture: FixtureCase, options: Config["compilerOptions"] = {}): string {
  const folder = fixture.hasPackages ? installCase(fixture) : tempFolder();
  if (fixture.hasPackages) linkPackagesBeside(folder);
  else {
    cpSync(fixture.folder, folder, { recursive: true });
    linkPackages(folder);
  }
  const own = path.join(folder, "tsconfig.json");
  const config = existsSync(own) ? (JSON.parse(readFileSync(own, "utf8")) as Config) : sharedConfig;
  writeFiles(folder, { "tsconfig.json": pluginConfig(config, options) });
  if (!existsSync(path.join(folder, "package.json"))) {
    writeFiles(folder, { "package.json": '{ "type": "module" }' });
  }
  return folder;
}

/** A project whose core is a copy finds the plugin all the same. */
function linkPackagesBeside(folder: string): void {
  const plugin = path.join(folder, "node_modules/@glacier-ts/plugin");
  const entry = path.join(repository, "plugin/dist/transform.cjs");
  writeFiles(plugin, {
    "package.json": '{ "main": "index.cjs" }',
    "index.cjs": `module.exports = require(${JSON.stringify(entry)});`,
  });
}

export function caseNamed(name: string): FixtureCase {
  return {
    name,
    folder: path.join(fixtures, name),
    expects: "manifest",
    expectedFile: path.join(fixtures, name, "expected.manifest.json"),
    hasPackages: false,
  };
}

export const tspc = (folder: string, ...options: string[]) => runNode(folder, [tspcFile, ...options]);
export const tsc = (folder: string, ...options: string[]) => runNode(folder, [tscFile, ...options]);

/** Two processes at a time: more would only wait for each other. */
let running = 0;
const waiting: (() => void)[] = [];

/** Runs a script of JavaScript. */
export async function runNode(folder: string, commandLine: readonly string[]): Promise<ProcessResult> {
  if (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, commandLine, { cwd: folder }, (error, stdout, stderr) => {
        resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
      });
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** The project's manifest as it is written; undefined where it is not. */
export function manifestOf(folder: string): string | undefined {
  const file = path.join(folder, "glacier.manifest.json");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
