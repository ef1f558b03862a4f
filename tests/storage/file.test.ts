import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ManifestDataset } from "@glacier-ts/core";
import { DatasetStore, FileStore } from "@glacier-ts/storage";
import { describe, expect, test } from "vitest";
import { type StorageRig, testStorage } from "../contracts/storage.js";
import { failureFrom, fileDataset, makeProject, valueFrom } from "./project.js";

async function makeRig(): Promise<StorageRig> {
  const { root: top } = await makeProject();
  const root = join(top, "data");
  const open = () => new FileStore({ root, describe: (key) => `data/${key}` });
  return {
    store: open(),
    other: open,
    put: async (key, bytes) => {
      await mkdir(dirname(join(root, key)), { recursive: true });
      await writeFile(join(root, key), bytes);
    },
    everything: async () => {
      const entries = await readdir(top, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    },
    obstruct: async (key) => {
      await mkdir(join(root, key), { recursive: true });
    },
  };
}

describe("FileStore keeps the contract of object stores:", () => testStorage(makeRig));

describe("file({ path })", () => {
  const json = { format: "json" } as const;

  test("takes absolute paths", async () => {
    const { store, root, read } = await makeProject();
    const place = join(root, "absolute.json");
    const saved = await store.save("numbers", fileDataset(place), undefined, 1);
    expect(valueFrom(saved)).toEqual({ sizeBytes: 2, place });
    expect(await read("absolute.json")).toBe("1\n");
  });

  test("that ends with a slash is a folder, where the file is called after its dataset", async () => {
    const { store, read } = await makeProject();
    const saved = await store.save("numbers", fileDataset("data/out/"), undefined, 1);
    expect(valueFrom(saved).place).toBe("data/out/numbers.json");
    expect(await read("data/out/numbers.json")).toBe("1\n");
  });

  test("keeps a symbolic link and replaces what it leads to", async () => {
    const { store, root, write, read } = await makeProject();
    await mkdir(join(root, "real"));
    await write("real/data", "former");
    await symlink("real/data", join(root, "link"));
    valueFrom(await store.save("numbers", fileDataset("link", json), undefined, "new"));
    expect(await readlink(join(root, "link"))).toBe("real/data");
    expect(await read("real/data")).toBe('"new"\n');
  });

  test("keeps the mode of the file", async () => {
    const { store, root, write } = await makeProject();
    await write("private", "former");
    await chmod(join(root, "private"), 0o600);
    valueFrom(await store.save("numbers", fileDataset("private", json), undefined, "new"));
    expect((await stat(join(root, "private"))).mode & 0o777).toBe(0o600);
  });

  test("does not wait for the writer of a named pipe", async () => {
    const { store, root } = await makeProject();
    execFileSync("sh", ["-c", 'mkfifo "$0"', join(root, "pipe")]);
    expect(failureFrom(await store.load("numbers", fileDataset("pipe"), undefined)).message).toBe(
      "Dataset 'numbers' cannot be read from pipe: it is not a file.",
    );
  });

  test.for([
    ["a directory", "folder", "it is a directory"],
    ["the folder of the project", ".", "it is a directory"],
    [
      "a file in the place of a folder",
      "file/inside",
      "a file is in the place of a directory on the way to it",
    ],
    ["a path that no system has", "nul\0byte", "the path has a character that no path can have"],
    ["a name that is too long", "n".repeat(300), "the path is too long"],
  ])("reports %s", async ([, path = "", why]) => {
    const { store, root, write } = await makeProject();
    await mkdir(join(root, "folder"));
    await write("file", "1");
    const failures = [
      await store.load("numbers", fileDataset(path), undefined),
      await store.save("numbers", fileDataset(path), undefined, 1),
    ];
    expect(failures.map((failure) => failureFrom(failure).message)).toEqual([
      `Dataset 'numbers' cannot be read from ${path}: ${why}.`,
      `Dataset 'numbers' cannot be written to ${path}: ${why}.`,
    ]);
  });

  test("reports a file that became shorter while it was read", async () => {
    const { store, put } = await makeRig();
    await put("numbers", new TextEncoder().encode("0123456789"));
    const source = await store.open("numbers");
    await put("numbers", new TextEncoder().encode("01"));
    await expect(source.read(0, 10)).rejects.toThrow("it became shorter while it was read");
    await source.close();
  });
});

describe("files of installed packages", () => {
  async function makePackages() {
    const project = await makeProject();
    const install = async (folder: string, file: string, content: string) => {
      const path = join(project.root, folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    };
    await install("node_modules/data", "package.json", '{ "exports": {} }');
    await install("node_modules/data", "files/a.txt", "near");
    await install("node_modules/@scope/data", "a.txt", "scoped");
    await install(".", "secret.txt", "outside");
    const load = (name: string, path: string, projectRoot = project.root) =>
      new DatasetStore({ projectRoot }).load("numbers", packageDataset(name, path), undefined);
    const read = async (...given: Parameters<typeof load>) => valueFrom(await load(...given)).value;
    return { ...project, install, load, read };
  }

  test("are read whatever the package exports", async () => {
    const { read } = await makePackages();
    expect(await read("data", "files/a.txt")).toBe("near");
    expect(await read("data", "./files/../files/a.txt")).toBe("near");
    expect(await read("@scope/data", "a.txt")).toBe("scoped");
  });

  test("are found in folders above the project, the nearest first", async () => {
    const { read, root, install } = await makePackages();
    await mkdir(join(root, "apps/one"), { recursive: true });
    expect(await read("data", "files/a.txt", join(root, "apps/one"))).toBe("near");
    await install("apps/node_modules/data", "files/a.txt", "nearer");
    expect(await read("data", "files/a.txt", join(root, "apps/one"))).toBe("nearer");
  });

  test("are found where the package is a link", async () => {
    const { read, root, install } = await makePackages();
    await install("store/linked", "a.txt", "linked");
    await symlink("../store/linked", join(root, "node_modules/linked"));
    expect(await read("linked", "a.txt")).toBe("linked");
  });

  test.for([
    "../../secret.txt",
    "../../nothing.txt",
    "files/../../../secret.txt",
    "..",
    ".",
    "link/secret.txt",
  ])("stay inside of the package: '%s'", async (path) => {
    const { load, root } = await makePackages();
    await symlink(root, join(root, "node_modules/data/link"));
    expect(failureFrom(await load("data", path)).message).toBe(
      `Dataset 'numbers' cannot be read from ${path} of the package 'data': the path leads out of its folder, or is no name.`,
    );
  });

  test("are missing as files are", async () => {
    const { load } = await makePackages();
    expect(failureFrom(await load("data", "files/b.txt")).message).toBe(
      "Dataset 'numbers' was not found at files/b.txt of the package 'data'.",
    );
  });

  test.for(["nothing", "../data", "@scope/../data", "/data", ".", ""])(
    "need an installed package: '%s'",
    async (name) => {
      const { load } = await makePackages();
      expect(failureFrom(await load(name, "files/a.txt"))).toEqual({
        code: "GLA5010",
        severity: "error",
        message: `Dataset 'numbers' lives in the npm package '${name}', which is not installed.`,
        hint: `run \`npm install ${name}\``,
        related: [],
      });
    },
  );

  test("are not written", async () => {
    const { store } = await makePackages();
    const saved = await store.save("numbers", packageDataset("data", "files/a.txt"), undefined, "x");
    expect(failureFrom(saved).message).toBe(
      "Dataset 'numbers' cannot be written to files/a.txt of the package 'data': files of installed packages are not changed.",
    );
  });
});

function packageDataset(name: string, path: string): ManifestDataset {
  return { ...fileDataset(""), storage: { kind: "file", package: name, path }, format: "text" };
}
