/**
 * Writes that the system refuses, for real: on a full disk, on a read-only one, without permission. A small file system
 * is mounted in a mount namespace of a child process, which needs root or user namespaces. Where there is neither, the
 * names of the tests say so, and a file handle that refuses stands in for the full disk.
 */
import { spawnSync } from "node:child_process";
import { chmod, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Diagnostic, Result } from "@glacier-ts/core";
import type { Stored } from "@glacier-ts/storage";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureFrom, fileDataset, makeProject } from "./project.js";

const unshare = "unshare";
const namespaces = [["-m"], ["-r", "-m"]];
const namespace = namespaces.find(
  (flags) => spawnSync(unshare, [...flags, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]).status === 0,
);
const isRoot = process.getuid?.() === 0;

interface Outcome {
  readonly first: Result<Stored, Diagnostic>;
  readonly second: Result<Stored, Diagnostic>;
  readonly content: string;
  readonly names: readonly string[];
}

/** Saves a small value; runs `between`; saves a large value over it; tells what is there then. */
const script = (between: string) => `
  import { execFileSync } from "node:child_process";
  import { readdirSync, readFileSync } from "node:fs";
  import { DatasetStore } from "@glacier-ts/storage";
  const root = process.argv[1];
  const store = new DatasetStore({ projectRoot: root });
  const dataset = { schema: "#/schemas/0", storage: { kind: "file", path: "value.txt" }, declared: "a.ts:1" };
  const first = await store.save("value", dataset, { type: "string" }, "former");
  ${between}
  const second = await store.save("value", dataset, { type: "string" }, "x".repeat(1_000_000));
  const content = readFileSync(root + "/value.txt", "utf8");
  console.log(JSON.stringify({ first, second, content, names: readdirSync(root) }));
`;

function inNamespace(mount: string, root: string, between: string): Outcome {
  const command = `mount -t tmpfs -o ${mount} tmpfs "$2" && exec "$0" --input-type=module -e "$1" "$2"`;
  const arguments_ = [...(namespace ?? []), "sh", "-c", command, process.execPath, script(between), root];
  const { stdout, stderr, status } = spawnSync(unshare, arguments_, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function refused(why: string): Diagnostic {
  return {
    code: "GLA5007",
    severity: "error",
    message: `Dataset 'value' cannot be written to value.txt: ${why}.`,
    hint: "check the storage's permissions and free space, and that it can be reached",
    related: [],
  };
}

describe("a write that the system refuses leaves the former content and no temporary file", () => {
  if (namespace) {
    test(`on a full disk (a tmpfs of 64 KiB, mounted with unshare ${namespace.join(" ")})`, async () => {
      const { root } = await makeProject();
      const outcome = inNamespace("size=64k", root, "");
      expect(outcome.first).toEqual({ ok: true, value: { sizeBytes: 6, place: "value.txt" } });
      expect(outcome.second).toEqual({ ok: false, failure: refused("no space left on the device") });
      expect(outcome).toMatchObject({ content: "former", names: ["value.txt"] });
    });

    test(`on a disk that became read-only (a tmpfs, mounted with unshare ${namespace.join(" ")})`, async () => {
      const { root } = await makeProject();
      const outcome = inNamespace("size=4m", root, `execFileSync("mount", ["-o", "remount,bind,ro", root]);`);
      expect(outcome.second).toEqual({ ok: false, failure: refused("the file system is read-only") });
      expect(outcome).toMatchObject({ content: "former", names: ["value.txt"] });
    });
  } else {
    test("on a full disk (stand-in: no mount namespaces here, so a file handle refuses)", async () => {
      const { root, store, write, read } = await makeProject();
      await write("value.txt", "former");
      const handle = await open(join(root, "value.txt"));
      const prototype = Object.getPrototypeOf(handle);
      await handle.close();
      const { write: original } = prototype;
      onTestFinished(() => {
        prototype.write = original;
      });
      prototype.write = () => Promise.reject(Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }));
      const result = await store.save("value", fileDataset("value.txt"), { type: "string" }, "new");
      expect(failureFrom(result)).toEqual(refused("no space left on the device"));
      expect(await read("value.txt")).toBe("former");
      expect(await readdir(root)).toEqual(["value.txt"]);
    });
  }

  test(`without permission for the folder (${isRoot ? "as user 65534, because root may do anything" : "as this user"})`, async () => {
    const { root } = await makeProject();
    await chmod(root, 0o777);
    const between = `import { chmodSync } from "node:fs"; chmodSync(root, 0o555);`;
    // The child owns the folder, so that it can take its own permission away.
    const made = `import { mkdirSync } from "node:fs"; mkdirSync(process.argv[1]);`;
    const own = join(root, "own");
    const user = isRoot ? { uid: 65534, gid: 65534 } : {};
    const run = (code: string, path: string) =>
      spawnSync(process.execPath, ["--input-type=module", "-e", code, path], { encoding: "utf8", ...user });
    expect(run(made, own).stderr).toBe("");
    const { stdout, stderr } = run(script(between), own);
    // So that it can be removed.
    await chmod(own, 0o777);
    expect(stderr).toBe("");
    const outcome: Outcome = JSON.parse(stdout);
    expect(outcome.second).toEqual({ ok: false, failure: refused("permission denied") });
    expect(outcome).toMatchObject({ content: "former", names: ["value.txt"] });
  });

  test(`and a file without permission is not read (${isRoot ? "as user 65534" : "as this user"})`, async () => {
    const { root, write } = await makeProject();
    await chmod(root, 0o755);
    await write("value.txt", "secret");
    await chmod(join(root, "value.txt"), 0o000);
    const code = `
      import { DatasetStore } from "@glacier-ts/storage";
      const store = new DatasetStore({ projectRoot: process.argv[1] });
      const dataset = { schema: "#/schemas/0", storage: { kind: "file", path: "value.txt" }, declared: "a.ts:1" };
      console.log(JSON.stringify(await store.load("value", dataset, { type: "string" })));
    `;
    const user = isRoot ? { uid: 65534, gid: 65534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code, root], {
      encoding: "utf8",
      ...user,
    });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).failure).toEqual({
      code: "GLA5005",
      severity: "error",
      message: "Dataset 'value' cannot be read from value.txt: permission denied.",
      hint: "check the dataset's storage, its permissions, and that it can be reached",
      related: [],
    });
  });
});
