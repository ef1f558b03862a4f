import { defineConfig, inEnvironment, type Manifest } from "@glacier-ts/core";
import { file, s3 } from "@glacier-ts/core/storage";
import { expect, it } from "vitest";

const dataset = (storage?: { kind: string; [option: string]: string }) => ({
  schema: "#/schemas/0",
  declared: "src/datasets.ts:1",
  ...(storage && { storage, format: "csv" }),
});

const manifest = {
  version: 1,
  datasets: {
    external: dataset({ kind: "s3", bucket: "b" }),
    stored: dataset({ kind: "s3", bucket: "b" }),
    memory: dataset(),
    // An object's own property, and no dataset of any environment.
    constructor: dataset(),
  },
  tasks: {
    "t.ts#t": { outputs: ["stored", "memory", "constructor"].map((name) => ({ dataset: name, path: "" })) },
  },
} as unknown as Manifest;

const storagesOf = ({ datasets }: Manifest) =>
  Object.fromEntries(Object.entries(datasets).map(([name, { storage }]) => [name, storage]));

it("moves what tasks produce and what is named, and nothing else", () => {
  const storage = file({ path: ".data/" });
  expect(storagesOf(inEnvironment(manifest, { storage }))).toEqual({
    ...storagesOf(manifest),
    stored: { kind: "file", path: ".data/" },
  });
  const datasets = { external: file({ path: "a.csv" }), memory: file({ path: "m.json" }) };
  expect(storagesOf(inEnvironment(manifest, { storage: s3({ bucket: "c" }), datasets }))).toEqual({
    external: { kind: "file", path: "a.csv" },
    stored: { kind: "s3", bucket: "c" },
    memory: { kind: "file", path: "m.json" },
    constructor: undefined,
  });
});

it("leaves the rest of a declaration, and the manifest that it is given", () => {
  const before = structuredClone(manifest);
  const moved = inEnvironment(manifest, { storage: file({ path: ".data/" }) });
  expect(moved.datasets.stored).toEqual({
    ...manifest.datasets.stored,
    storage: { kind: "file", path: ".data/" },
  });
  expect(manifest).toEqual(before);
  expect(inEnvironment(manifest, {})).toEqual(manifest);
});

it("knows the environments by name", () => {
  const environments = { dev: { storage: file({ path: ".data/" }) }, prod: {} };
  expect(defineConfig({ environments, defaultEnvironment: "dev" }).defaultEnvironment).toBe("dev");
  // @ts-expect-error there is no such environment
  defineConfig({ environments, defaultEnvironment: "test" });
});
