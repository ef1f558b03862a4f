/** The schemas that datasets are declared with, in the user's modules. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type DatasetDeclaration,
  type Diagnostic,
  errorText,
  fail,
  type ManifestValidator,
  type ModuleImports,
  type Result,
  report,
  type StandardSchemaV1,
  succeed,
} from "@glacier-ts/core";
import { findPackageFolder } from "@glacier-ts/storage/package-folder";
import { errorInfo } from "../error-info.js";
import { type Exports, findExport } from "../runners/find-export.js";

/** Imports declarations of datasets, each when its dataset is first validated. */
export class DeclaredSchemas {
  readonly #projectRoot: string;
  readonly #imports: ModuleImports;
  readonly #known = new Map<string, Promise<Result<StandardSchemaV1 | undefined, Diagnostic>>>();

  /**
   * @param projectRoot the project's folder: a path or a `file:` URL
   * @param imports ways to import modules that have no file
   */
  constructor(projectRoot: string, imports: ModuleImports = {}) {
    this.#projectRoot = projectRoot.startsWith("file:") ? fileURLToPath(projectRoot) : projectRoot;
    this.#imports = imports;
  }

  /** @returns undefined where the declaration, as it runs, has no schema; or GLA5069 */
  of(
    dataset: string,
    validator: ManifestValidator,
  ): Promise<Result<StandardSchemaV1 | undefined, Diagnostic>> {
    const known = this.#known.get(dataset) ?? this.#load(dataset, validator);
    this.#known.set(dataset, known);
    return known;
  }

  async #load(
    dataset: string,
    validator: ManifestValidator,
  ): Promise<Result<StandardSchemaV1 | undefined, Diagnostic>> {
    const { id } = validator;
    const refuse = (why: string) => fail(report("schemaUnloadable", { dataset, id, why }));
    const hash = id.lastIndexOf("#");
    const imported = await this.#import(id.slice(0, hash), validator);
    if (!imported.ok) return refuse(imported.failure);
    const declaration = findExport(imported.value, id.slice(hash + 1).split("."), isDeclaration);
    if (declaration?.name !== dataset) return refuse(`the module has no declaration of '${dataset}' there`);
    const { schema } = declaration.options;
    if (schema === undefined || isStandardSchema(schema)) return succeed(schema);
    return refuse("it is no Standard Schema, version 1");
  }

  /** The module's exports, or why there are none. */
  async #import(module: string, validator: ManifestValidator): Promise<Result<Exports, string>> {
    try {
      const own = Object.hasOwn(this.#imports, module) ? this.#imports[module] : undefined;
      if (own) return succeed((await own()) as Exports);
      const file = await this.#fileOf(validator);
      if (!file.ok) return file;
      // Bundlers are to leave it as it is.
      const url = pathToFileURL(file.value).href;
      return succeed((await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Exports);
    } catch (error) {
      return fail(errorText(errorInfo(error)));
    }
  }

  async #fileOf({ file, package: inPackage }: ManifestValidator): Promise<Result<string, string>> {
    if (file === undefined) return fail("the project writes no JavaScript for it");
    const root =
      inPackage === undefined ? this.#projectRoot : await findPackageFolder(inPackage, this.#projectRoot);
    if (root === undefined) return fail(`package '${inPackage}' is not installed`);
    const found = path.resolve(root, file);
    return existsSync(found) ? succeed(found) : fail(`there is no file '${file}'`);
  }
}

function isDeclaration(value: unknown): value is DatasetDeclaration<string, {}> {
  const { name, options } = (value ?? {}) as Partial<DatasetDeclaration<string, {}>>;
  return typeof name === "string" && typeof options === "object" && options !== null;
}

function isStandardSchema(schema: Partial<StandardSchemaV1>): schema is StandardSchemaV1 {
  const { version, validate } = schema["~standard"] ?? {};
  return version === 1 && typeof validate === "function";
}
