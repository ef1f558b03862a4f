/** What `glacier init` does to the package.json. */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Diagnostic, fail, type JsonObject, type Result, succeed } from "@glacier-ts/core";
import { fromWorkingDirectory } from "../render-problems.js";
import { JsonText } from "./json-text.js";
import { filesAbove, type PlannedFile, planFile, readForEdit } from "./planned-file.js";

const dependencySections = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** What is wanted in the package.json. */
export interface PackageWishes {
  /** Version of Glacier. */
  readonly version: string;
  /** What commands are told of the project: ` --project tsconfig.lib.json`, or nothing. */
  readonly projectArgument: string;
}

/** Plans scripts and dependencies; an existing script is never overwritten. */
export function planPackage(
  folder: string,
  { version, projectArgument }: PackageWishes,
): Result<PlannedFile, readonly Diagnostic[]> {
  const file = path.join(folder, "package.json");
  const text = readForEdit(file);
  if (!text.ok) return fail([text.failure]);
  const before = text.value;
  const json = JsonText.read(
    fromWorkingDirectory("", file),
    before ?? '{\n  "private": true,\n  "type": "module"\n}\n',
    true,
    ["scripts", ...dependencySections],
  );
  if (!json.ok) return fail([json.failure]);
  const scripts = addScripts(json.value, projectArgument);
  const dependencies = addDependencies(json.value, version);
  const changes = [...(before === undefined ? ["created"] : []), ...scripts.changes, ...dependencies.changes];
  return succeed(planFile(file, before, json.value.text, changes, [...scripts.notes, ...dependencies.notes]));
}

/** The command that installs what a package.json names, by the lock file that is there. */
export function installCommand(folder: string): string {
  const lockFiles = {
    "pnpm-lock.yaml": "pnpm install",
    "yarn.lock": "yarn install",
    "bun.lock": "bun install",
    "package-lock.json": "npm install",
  };
  for (const [name, command] of Object.entries(lockFiles)) {
    if (filesAbove(folder, name).some((file) => existsSync(file))) return command;
  }
  return "npm install";
}

interface Added {
  readonly changes: readonly string[];
  readonly notes: readonly string[];
}

function addScripts(json: JsonText, projectArgument: string): Added {
  const present = (json.get(["scripts"]) ?? {}) as JsonObject;
  const commands = { build: "build", check: "check", pipeline: "run" };
  const changes: string[] = [];
  const notes: string[] = [];
  for (const [name, verb] of Object.entries(commands)) {
    const command = `glacier ${verb}${projectArgument}`;
    const isThere = Object.values(present).some((script) => String(script).includes(`glacier ${verb}`));
    if (isThere) continue;
    if (present[name] === undefined) {
      json.set(["scripts", name], command);
      changes.push(`scripts.${name}: ${command}`);
      continue;
    }
    const other = `glacier:${verb}`;
    json.set(["scripts", other], command);
    changes.push(`scripts.${other}: ${command}; '${name}' was there and stays`);
    if (name === "build" && /\btsc\b/.test(String(present[name]))) {
      notes.push("your script 'build' runs tsc: with tspc in its place it compiles pipelines, too");
    }
  }
  return { changes, notes };
}

function addDependencies(json: JsonText, version: string): Added {
  const wanted = {
    dependencies: { "@glacier-ts/core": version, "@glacier-ts/runtime": version },
    devDependencies: {
      "@glacier-ts/cli": version,
      "@glacier-ts/plugin": version,
      "ts-patch": "^4.0.1",
      typescript: "~6.0.3",
    },
  };
  const present = (name: string) =>
    dependencySections.map((section) => json.get([section, name])).find((range) => range !== undefined);
  const changes: string[] = [];
  const notes: string[] = [];
  for (const [section, packages] of Object.entries(wanted)) {
    const added = Object.entries(packages).filter(([name]) => present(name) === undefined);
    for (const [name, range] of added) json.set([section, name], range);
    if (added.length > 0) changes.push(`${section}: ${added.map(([name]) => name).join(", ")}`);
  }
  const typescript = String(present("typescript"));
  const major = /\d+/.exec(typescript)?.[0];
  if (major !== undefined && major !== "6") {
    notes.push(`the package.json asks for typescript ${typescript}: Glacier needs TypeScript 6`);
  }
  return { changes, notes };
}
