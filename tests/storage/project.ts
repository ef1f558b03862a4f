import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnostic, JsonObject, ManifestDataset, Result } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import { onTestFinished } from "vitest";

export interface Project {
  readonly root: string;
  readonly store: DatasetStore;
  write(path: string, content: string | Uint8Array): Promise<void>;
  read(path: string): Promise<string>;
}

/** An empty project in a folder of its own, removed after the test. */
export async function makeProject(env: Record<string, string> = {}): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), "glacier-storage-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return {
    root,
    store: new DatasetStore({ projectRoot: root, env }),
    write: (path, content) => writeFile(join(root, path), content),
    read: (path) => readFile(join(root, path), "utf8"),
  };
}

export function fileDataset(path: string, rest: Partial<ManifestDataset> = {}): ManifestDataset {
  return { schema: "#/schemas/0", storage: { kind: "file", path }, declared: "src/datasets.ts:1", ...rest };
}

export function valueFrom<T>(result: Result<T, Diagnostic>): T {
  if (!result.ok) throw new Error(`expected success, but: ${JSON.stringify(result.failure, null, 2)}`);
  return result.value;
}

export function failureFrom(result: Result<unknown, Diagnostic>): Diagnostic {
  if (result.ok) throw new Error("expected a failure, but it succeeded");
  return result.failure;
}

/** The schema of an array of objects whose properties are all required. */
export function rowsSchema(properties: JsonObject, optional: JsonObject = {}): JsonObject {
  const items = {
    type: "object",
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
  };
  return { type: "array", items };
}

export async function collect(rows: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of rows as AsyncIterable<unknown>) all.push(row);
  return all;
}
