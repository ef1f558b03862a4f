import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatasetStore } from "@glacier-ts/storage";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "glacier-version-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "users.json");
const dataset = {
  schema: "#/schemas/any",
  declared: "src/datasets.ts:1",
  storage: { kind: "file", path: "users.json" },
};

async function versionOf(known: (place: string, mark: string) => string | undefined = () => undefined) {
  const found = await new DatasetStore({ projectRoot: folder }).version("users", dataset, undefined, known);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

it("is that of the bytes, whenever and wherever they were written", async () => {
  writeFileSync(file, "[1]");
  const one = await versionOf();
  expect(one).toMatchObject({ sizeBytes: 3, place: "users.json" });
  expect(one.version).toMatch(/^[0-9a-f]{64}$/);
  utimesSync(file, 1, 1);
  const touched = await versionOf();
  expect(touched.version).toBe(one.version);
  expect(touched.mark).not.toBe(one.mark);
  writeFileSync(`${file}.new`, "[2]");
  renameSync(`${file}.new`, file);
  expect((await versionOf()).version).not.toBe(one.version);
});

it("is what was known of the same mark", async () => {
  writeFileSync(file, "[1]");
  const { mark } = await versionOf();
  const known = (place: string, asked: string) =>
    place === "users.json" && asked === mark ? "v1" : undefined;
  expect((await versionOf(known)).version).toBe("v1");
  writeFileSync(file, "[1, 2]");
  expect((await versionOf(known)).version).not.toBe("v1");
});

it("is a diagnostic where there is nothing", async () => {
  rmSync(file);
  const found = await new DatasetStore({ projectRoot: folder }).version(
    "users",
    dataset,
    undefined,
    () => undefined,
  );
  expect(found).toMatchObject({ ok: false, failure: { code: "GLA5004" } });
});
