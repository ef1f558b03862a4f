/** The tsconfigs that a project is made of, without a compiler. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type ParseError, parse } from "jsonc-parser";

export interface ConfigFiles {
  /** Absolute: the tsconfig, those that it extends and those that it refers to. */
  readonly files: readonly string[];
  /** The folders in which the project's tsconfig includes files, absolute; they need not be there. */
  readonly folders: readonly string[];
}

interface Config {
  readonly extends?: string | readonly string[];
  readonly include?: readonly string[];
  readonly files?: readonly string[];
  readonly references?: readonly { readonly path: string }[];
}

/** @returns undefined where one of them cannot be found or read */
export function readConfigFiles(configFile: string): ConfigFiles | undefined {
  const own = readChain(configFile);
  if (!own) return undefined;
  const files = new Set(own.map(({ file }) => file));
  const open = referencesOf(own);
  for (const reference of open) {
    if (files.has(reference)) continue;
    const chain = readChain(reference);
    if (!chain) return undefined;
    for (const { file } of chain) files.add(file);
    open.push(...referencesOf(chain));
  }
  return { files: [...files], folders: includedFolders(own) };
}

interface ReadConfig {
  readonly file: string;
  readonly config: Config;
}

/** A tsconfig and all that it extends, each before those that it overrides. */
function readChain(configFile: string): readonly ReadConfig[] | undefined {
  const chain: ReadConfig[] = [];
  const open = [configFile];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const text = readText(file);
    if (text === undefined) return undefined;
    const errors: ParseError[] = [];
    const config: Config = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true }) ?? {};
    if (errors.length > 0) return undefined;
    chain.push({ file, config });
    for (const name of [config.extends ?? []].flat()) {
      const extended = resolveConfig(file, name);
      if (extended === undefined || chain.length > 100) return undefined;
      open.push(extended);
    }
  }
  return chain;
}

function referencesOf(chain: readonly ReadConfig[]): string[] {
  // References are not inherited.
  const [first] = chain;
  return (first?.config.references ?? []).map(({ path: reference }) => {
    const at = path.resolve(path.dirname(first?.file ?? ""), reference);
    return statSync(at, { throwIfNoEntry: false })?.isDirectory() ? path.join(at, "tsconfig.json") : at;
  });
}

function includedFolders(chain: readonly ReadConfig[]): readonly string[] {
  const root = path.dirname(chain[0]?.file ?? "");
  const including = chain.find(({ config }) => config.include);
  if (!including) return chain.some(({ config }) => config.files) ? [] : [root];
  const from = path.dirname(including.file);
  return (including.config.include ?? []).map((pattern) => {
    const [constant = ""] = pattern.replace(/^\$\{configDir\}/i, root).split(/[\\/][^\\/]*[*?]/, 1);
    const isFolder = !/[*?]|\.\w+$/.test(constant);
    return path.resolve(from, isFolder ? constant : path.dirname(constant));
  });
}

/** The tsconfig that another one extends: a path from there, or in a package. */
function resolveConfig(from: string, name: string): string | undefined {
  if (/^\.{0,2}[\\/]|^\.\.?$/.test(name) || path.isAbsolute(name)) {
    const file = path.resolve(path.dirname(from), name);
    return existsSync(file) || name.endsWith(".json") ? file : `${file}.json`;
  }
  const require = createRequire(from);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      const file = require.resolve(candidate);
      if (file.endsWith(".json")) return file;
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch {
    return undefined;
  }
}
