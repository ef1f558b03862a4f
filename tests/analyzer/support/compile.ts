/** Programs for tests: as tsc makes them, but TypeScript's library and core are read once for all of them. */
import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { repository } from "./paths.js";

/** The tsconfig of every case that has none of its own. */
export const sharedConfig = {
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023"],
    module: "nodenext",
    types: [],
    strict: true,
    skipLibCheck: true,
    rootDir: "src",
    outDir: "dist",
  },
  include: ["src"],
};

/** Makes the program of a folder, with its own tsconfig or the shared one. */
export function createProgram(folder: string): ts.Program {
  const { options, fileNames, errors } = readConfig(folder);
  const [error] = errors;
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  return ts.createProgram({ rootNames: fileNames, options, host: cachingHost(options) });
}

/** A folder that is in no file system; what is installed for the repository is installed for it. */
export const virtualFolder = `${repository}/tests/virtual`;

/**
 * Makes a program of texts, by their paths in the virtual folder, with the shared tsconfig.
 * @param compilerOptions in addition to those of the shared tsconfig, or in their place
 */
export function createVirtualProgram(
  files: Readonly<Record<string, string>>,
  compilerOptions: Readonly<Record<string, unknown>> = {},
): ts.Program {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${virtualFolder}/${name}`, text]));
  const config = { compilerOptions: { ...sharedConfig.compilerOptions, ...compilerOptions }, files: [] };
  const { options } = ts.parseJsonConfigFileContent(
    config,
    ts.sys,
    virtualFolder,
    undefined,
    `${virtualFolder}/tsconfig.json`,
  );
  const host = cachingHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.directoryExists = (folder) => folder.startsWith(virtualFolder) || (directoryExists?.(folder) ?? true);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, text, version, true);
  };
  const rootNames = [...texts.keys()].filter((file) => !file.endsWith(".json"));
  return ts.createProgram({ rootNames, options, host });
}

function readConfig(folder: string): ts.ParsedCommandLine {
  const file = path.join(folder, "tsconfig.json");
  const config = existsSync(file) ? ts.readConfigFile(file, ts.sys.readFile).config : sharedConfig;
  return ts.parseJsonConfigFileContent(config, ts.sys, folder, undefined, file);
}

/** By compiler options and file name: a file that was bound under other options is another file. */
const sharedFiles = new Map<string, ts.SourceFile | undefined>();

function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const { configFilePath: _, outDir: __, rootDir: ___, ...relevant } = options;
  const optionsKey = JSON.stringify(relevant);
  const { getSourceFile } = host;
  host.getSourceFile = (fileName, ...rest) => {
    if (!isShared(fileName)) return getSourceFile(fileName, ...rest);
    const key = `${optionsKey} ${fileName}`;
    if (!sharedFiles.has(key)) sharedFiles.set(key, getSourceFile(fileName, ...rest));
    return sharedFiles.get(key);
  };
  return host;
}

const sharedFolders = ["node_modules/typescript/lib/", "packages/core/dist/"].map(
  (folder) => `${repository}/${folder}`,
);

function isShared(fileName: string): boolean {
  return sharedFolders.some((folder) => fileName.startsWith(folder));
}
