/** What `glacier init` does to the tsconfig. */
import path from "node:path";
import {
  type Diagnostic,
  fail,
  type Json,
  type JsonObject,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import { ts } from "ts-morph";
import { readText } from "../file-change.js";
import { fromWorkingDirectory } from "../render-problems.js";
import {
  type ExistingProject,
  type FileSelection,
  readExistingProject,
  selects,
} from "./existing-project.js";
import { JsonText } from "./json-text.js";
import { filesAbove, type PlannedFile, planFile, readForEdit } from "./planned-file.js";

/** One entry serves tspc, which reads `transform`, and editors, which read `name`. */
const pluginEntry = {
  name: "@glacier-ts/plugin",
  transform: "@glacier-ts/plugin",
  transformProgram: true,
} as const;

const newTsconfig = `\
{
  "compilerOptions": {
    "target": "ES2023",
    "lib": ["ES2023"],
    "module": "nodenext",
    "strict": true,
    "skipLibCheck": true,
    "rootDir": "src",
    "outDir": "dist",
    "sourceMap": true,
    "plugins": [{ "name": "@glacier-ts/plugin", "transform": "@glacier-ts/plugin", "transformProgram": true }]
  },
  "include": ["src"]
}
`;

/** A tsconfig that is read and can be edited. */
export interface TsconfigStep {
  /** Undefined where there is none yet. */
  readonly existing: ExistingProject | undefined;
  /** The folder that sources are in, relative to the tsconfig; `""` for its own. */
  readonly sourceFolder: string;
  /** Plans the change, with a file that the project has to take, where there is one. */
  plan(newFile: string | undefined): Result<PlannedFile, readonly Diagnostic[]>;
}

/** Reads the tsconfig, or makes a new one. GLA4020, GLA4022 or GLA4023 where it cannot be made fit. */
export function readTsconfig(configFile: string): Result<TsconfigStep, readonly Diagnostic[]> {
  const text = readForEdit(configFile);
  if (!text.ok) return fail([text.failure]);
  const before = text.value;
  if (before === undefined) {
    const created = planFile(configFile, undefined, newTsconfig, ["created, strict, with the plugin"]);
    return succeed({ existing: undefined, sourceFolder: "src", plan: () => succeed(created) });
  }
  const name = fromWorkingDirectory("", configFile);
  const json = JsonText.read(name, before, false, ["compilerOptions"]);
  if (!json.ok) return fail([json.failure]);
  const existing = readExistingProject(configFile, name);
  if (!existing.ok) return fail([existing.failure]);
  const { selection, references, options } = existing.value;
  if (selection.files?.length === 0 && !selection.include && references.length > 0) {
    return fail([report("solutionConfig", { config: name, references })]);
  }
  return succeed({
    existing: existing.value,
    sourceFolder: sourceFolderOf(existing.value, path.dirname(configFile)),
    plan: (newFile) => {
      const conflicts = findConflicts(name, json.value, options);
      if (conflicts.length > 0) return fail(conflicts);
      const changes = [
        ...addPlugin(json.value, options),
        ...addNullChecks(json.value, options),
        ...(newFile === undefined ? [] : selectFile(json.value, selection, newFile)),
      ];
      return succeed(
        planFile(configFile, before, json.value.text, changes, notesOn(options, path.dirname(configFile))),
      );
    },
  });
}

/** Settings that Glacier cannot work with, and that somebody has chosen. */
function findConflicts(name: string, json: JsonText, options: ts.CompilerOptions): readonly Diagnostic[] {
  const conflict = (option: string, found: string, expected: string) => {
    const setting = `compilerOptions.${option}`;
    return report(
      "settingConflict",
      { setting, found, expected },
      json.place(name, ["compilerOptions", option]),
    );
  };
  const { moduleResolution, strictNullChecks } = options;
  const isOld =
    moduleResolution === ts.ModuleResolutionKind.Node10 ||
    moduleResolution === ts.ModuleResolutionKind.Classic;
  const plugins = json.get(["compilerOptions", "plugins"]);
  return [
    ...(strictNullChecks === false ? [conflict("strictNullChecks", "false", "true")] : []),
    ...(isOld
      ? [
          conflict(
            "moduleResolution",
            "an old one",
            "one that reads the exports of packages, such as nodenext or bundler",
          ),
        ]
      : []),
    ...(plugins !== undefined && !Array.isArray(plugins)
      ? [conflict("plugins", "no array", "an array")]
      : []),
  ];
}

/** The compiler lets null pass. */
type PluginEntry = JsonObject | null;

function addPlugin(json: JsonText, options: ts.CompilerOptions): readonly string[] {
  const own = json.get(["compilerOptions", "plugins"]) as readonly PluginEntry[] | undefined;
  const inherited = (options.plugins ?? []) as unknown as readonly PluginEntry[];
  const effective = own ?? inherited;
  const isGlacier = (plugin: PluginEntry) => isOurs(plugin?.transform) || isOurs(plugin?.name);
  const position = effective.findIndex(isGlacier);
  const entry = effective[position];
  const missing = Object.entries(pluginEntry).filter(([key, value]) =>
    key === "transformProgram" ? entry?.[key] !== value : entry?.[key] === undefined,
  );
  if (missing.length === 0) return [];
  if (own && entry) {
    for (const [key, value] of missing) json.set(["compilerOptions", "plugins", position, key], value);
    return [
      `compilerOptions.plugins: ${missing.map(([key]) => key).join(" and ")} added to @glacier-ts/plugin`,
    ];
  }
  if (own) {
    json.append(["compilerOptions", "plugins"], pluginEntry);
    return ["compilerOptions.plugins: @glacier-ts/plugin added"];
  }
  const others = effective.filter((plugin) => !isGlacier(plugin));
  json.set(
    ["compilerOptions", "plugins"],
    [...others, { ...pluginEntry, ...entry, ...Object.fromEntries(missing) }],
  );
  return [
    others.length === 0
      ? "compilerOptions.plugins: @glacier-ts/plugin added"
      : "compilerOptions.plugins: @glacier-ts/plugin added, and the plugins of the tsconfig that it extends, which it would replace",
  ];
}

function isOurs(plugin: Json | undefined): boolean {
  return typeof plugin === "string" && plugin.startsWith("@glacier-ts/plugin");
}

function addNullChecks(json: JsonText, { strict, strictNullChecks }: ts.CompilerOptions): readonly string[] {
  if (strict === true || strictNullChecks === true) return [];
  json.set(["compilerOptions", "strictNullChecks"], true);
  return [
    `compilerOptions.strictNullChecks: true, as 'strict' is ${strict === false ? "false" : "not set"} and Glacier needs to see null`,
  ];
}

/** Lets the tsconfig take a file. */
function selectFile(json: JsonText, selection: FileSelection, file: string): readonly string[] {
  if (selects(selection, file)) return [];
  const key = selection.files && !selection.include ? "files" : "include";
  // A file in `files` is taken although it is excluded.
  const list = selects({ ...selection, [key]: [...(selection[key] ?? []), file] }, file) ? key : "files";
  if (json.get([list]) !== undefined) json.append([list], file);
  else json.set([list], [...(selection[list] ?? []), file]);
  // Without `files`, everything was included.
  if (list === "files" && !selection.files && !selection.include) json.set(["include"], ["**/*"]);
  return [`${list}: ${file} added`];
}

/** Where new files go: `rootDir`, or what is included, or `src`. */
function sourceFolderOf({ options, selection }: ExistingProject, folder: string): string {
  if (options.rootDir !== undefined) {
    const relative = path.relative(folder, options.rootDir).split(path.sep).join("/");
    if (!relative.startsWith("..")) return relative;
  }
  if (!selection.include || selects(selection, "src/pipeline.ts")) return "src";
  const [first = "src"] = selection.include;
  const parts = first.split("/");
  const pattern = parts.findIndex((part) => /[*?]|\.[cm]?tsx?$/.test(part));
  const fixed = (pattern < 0 ? parts : parts.slice(0, pattern)).filter((part) => part !== ".").join("/");
  return fixed.startsWith("..") ? "src" : fixed;
}

function notesOn({ noEmit, module }: ts.CompilerOptions, folder: string): readonly string[] {
  const isOldNode = module === ts.ModuleKind.Node16 || module === ts.ModuleKind.Node18;
  const [packageFile] = filesAbove(folder, "package.json");
  const isCommonJs = packageFile !== undefined && !/"type"\s*:\s*"module"/.test(readText(packageFile) ?? "");
  const cannotImport =
    "with 'module' as it is, CommonJS files cannot import @glacier-ts/core, which is an ES module: set 'module' to nodenext, or 'type' to module in the package.json";
  return [...(isOldNode && isCommonJs ? [cannotImport] : []), ...(noEmit ? [noEmitNote] : [])];
}

const noEmitNote =
  "the tsconfig has 'noEmit': `glacier check` works, but `glacier run` needs the JavaScript that it keeps from being written";
