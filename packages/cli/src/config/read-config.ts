import { inspect } from "node:util";
import { type Config, type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import type { StorageKind } from "@glacier-ts/core/storage";

/** The options that each kind of storage must have. */
const requiredOptions: Readonly<Record<StorageKind, readonly string[]>> = {
  file: ["path"],
  s3: ["bucket"],
  gcs: ["bucket"],
  "azure-blob": ["account", "container"],
  http: ["url"],
  postgres: [],
  duckdb: ["path"],
};

/** The options that say which of the objects of a place is meant. */
const pathOptions: Readonly<Record<string, string>> = {
  file: "path",
  s3: "prefix",
  gcs: "prefix",
  "azure-blob": "prefix",
};

/** @returns GLA5059 for everything that is not as `Config` says */
export function readConfig(value: unknown, file: string): Result<Config, readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const expect = (isFine: boolean, option: string, found: unknown, expected: string) => {
    if (!isFine)
      problems.push(report("configInvalid", { file, option, found: inspect(found, { depth: 0 }), expected }));
    return isFine;
  };
  const readStorage = (option: string, storage: unknown) => {
    if (!expect(isRecord(storage), option, storage, 'a storage, such as `file({ path: "data/" })`')) return;
    const { kind } = storage as { kind?: unknown };
    const required = Object.entries(requiredOptions).find(([name]) => name === kind)?.[1];
    if (
      !expect(
        required !== undefined,
        `${option}.kind`,
        kind,
        `one of ${Object.keys(requiredOptions).join(", ")}`,
      )
    )
      return;
    for (const name of required ?? []) {
      const given = (storage as Record<string, unknown>)[name];
      expect(given !== undefined && given !== "", `${option}.${name}`, given, "given");
    }
  };
  const readShared = (option: string, storage: unknown) => {
    readStorage(option, storage);
    if (!isRecord(storage)) return;
    expect(storage.kind !== "http", `${option}.kind`, storage.kind, "a storage that can be written");
    expect(
      storage.table === undefined,
      `${option}.table`,
      storage.table,
      "absent: tables are called after datasets",
    );
    const name = pathOptions[String(storage.kind)];
    const place = name === undefined ? undefined : storage[name];
    const isFolder = typeof place !== "string" || place === "" || place.endsWith("/");
    expect(isFolder, `${option}.${name}`, place, "a folder, which ends with `/`: all datasets live in it");
  };
  if (!expect(isRecord(value), "default", value, "what `defineConfig` returns")) return fail(problems);
  const { environments, defaultEnvironment } = value as Record<string, unknown>;
  if (!expect(isRecord(environments), "environments", environments, "an object")) return fail(problems);
  for (const [name, environment] of Object.entries(environments as Record<string, unknown>)) {
    const option = `environments.${name}`;
    if (!expect(isRecord(environment), option, environment, "an object")) continue;
    const { storage, datasets = {} } = environment as Record<string, unknown>;
    if (storage !== undefined) readShared(`${option}.storage`, storage);
    if (!expect(isRecord(datasets), `${option}.datasets`, datasets, "an object")) continue;
    for (const [dataset, own] of Object.entries(datasets as Record<string, unknown>))
      readStorage(`${option}.datasets.${dataset}`, own);
  }
  const names = Object.keys(environments as object);
  const isKnown = defaultEnvironment === undefined || names.includes(defaultEnvironment as string);
  expect(isKnown, "defaultEnvironment", defaultEnvironment, `one of ${names.join(", ")}`);
  return problems.length > 0 ? fail(problems) : succeed(value as unknown as Config);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
