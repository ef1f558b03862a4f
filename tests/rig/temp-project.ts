/** A TypeScript project in a temporary folder, which resolves packages as this repository does. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, onTestFinished } from "vitest";

const nodeModules = fileURLToPath(new URL("../../node_modules", import.meta.url));

export type Files = Readonly<Record<string, string>>;

const compilerOptions = {
  target: "ES2023",
  lib: ["ES2023"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  rootDir: "src",
  outDir: "dist",
  sourceMap: true,
};

/** A tsconfig with other compiler options than those of temporary projects. */
export function tsconfigWith(options: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, include: ["src"] });
}

export class TempProject {
  /** Absolute. */
  readonly folder: string;

  /** @param files texts by path */
  constructor(files: Files) {
    this.folder = mkdtempSync(path.join(realpathSync(tmpdir()), "glacier-test-"));
    symlinkSync(nodeModules, path.join(this.folder, "node_modules"), "junction");
    this.write(files);
  }

  write(files: Files): void {
    for (const [file, text] of Object.entries(files)) {
      const target = this.path(file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }

  path(file: string): string {
    return path.join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(this.path(file));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A project that is removed when the test is over; a `tsconfig.json` and a `package.json` are there unless given. */
export function makeProject(files: Files): TempProject {
  return emptyProject(withConfig(files));
}

/** As `makeProject`, for all tests of a file, so that it is built once. */
export function makeSharedProject(files: Files): TempProject {
  const project = new TempProject(withConfig(files));
  afterAll(() => project.remove());
  return project;
}

const withConfig = (files: Files): Files => ({
  "package.json": '{ "type": "module" }',
  "tsconfig.json": tsconfigWith({}),
  ...files,
});

/** As `makeProject`, with nothing but the files. */
export function emptyProject(files: Files): TempProject {
  const project = new TempProject(files);
  onTestFinished(() => project.remove());
  return project;
}
