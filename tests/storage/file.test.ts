import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileAdapter, type FileAddress } from "@glacier-ts/storage";
import { describe, expect, test } from "vitest";
import { type StorageRig, testStorage } from "../contracts/storage.js";
import { failureFrom, makeProject, valueFrom } from "./project.js";

async function makeRig(): Promise<StorageRig<FileAddress> & { readonly root: string }> {
  const { root } = await makeProject();
  return {
    root,
    adapter: new FileAdapter(root),
    address: (path) => ({ dataset: "numbers", path }),
    put: (path, bytes) => writeFile(join(root, path), bytes),
    list: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    obstruct: async (path) => {
      await mkdir(join(root, path));
    },
  };
}

describe("FileAdapter keeps the contract of storage adapters:", () =>
  testStorage(makeRig as () => Promise<StorageRig<unknown>>));

const text = (value: string) => new TextEncoder().encode(value);

describe("FileAdapter", () => {
  test("takes absolute paths", async () => {
    const { adapter, root } = await makeRig();
    const address = { dataset: "numbers", path: join(root, "absolute.json") };
    valueFrom(await adapter.write(address, [text("1")]));
    expect(await readFile(join(root, "absolute.json"), "utf8")).toBe("1");
    expect(adapter.describe(address)).toBe(join(root, "absolute.json"));
  });

  test("keeps a symbolic link and replaces what it leads to", async () => {
    const { adapter, address, root } = await makeRig();
    await mkdir(join(root, "real"));
    await writeFile(join(root, "real/data"), "former");
    await symlink("real/data", join(root, "link"));
    valueFrom(await adapter.write(address("link"), [text("new")]));
    expect(await readlink(join(root, "link"))).toBe("real/data");
    expect(await readFile(join(root, "real/data"), "utf8")).toBe("new");
  });

  test("keeps the mode of the file", async () => {
    const { adapter, address, root, put } = await makeRig();
    await put("private", text("former"));
    await chmod(join(root, "private"), 0o600);
    valueFrom(await adapter.write(address("private"), [text("new")]));
    expect((await stat(join(root, "private"))).mode & 0o777).toBe(0o600);
  });

  test("does not wait for the writer of a named pipe", async () => {
    const { adapter, address, root } = await makeRig();
    execFileSync("sh", ["-c", 'mkfifo "$0"', join(root, "pipe")]);
    expect(failureFrom(await adapter.open(address("pipe"))).message).toBe(
      "Dataset 'numbers' cannot be read from pipe: it is not a file.",
    );
  });

  test.for([
    [
      "a file in the place of a folder",
      "file/inside",
      "a file is in the place of a directory on the way to it",
    ],
    ["a path that no system has", "nul\0byte", "the path has a character that no path can have"],
    ["a name that is too long", "n".repeat(300), "the path is too long"],
  ])("reports %s", async ([, path, why]) => {
    const { adapter, address, put } = await makeRig();
    await put("file", text("1"));
    const failures = [
      await adapter.open(address(path as string)),
      await adapter.write(address(path as string), [text("2")]),
    ];
    expect(failures.map((failure) => failureFrom(failure).message)).toEqual([
      `Dataset 'numbers' cannot be read from ${path}: ${why}.`,
      `Dataset 'numbers' cannot be written to ${path}: ${why}.`,
    ]);
  });

  test("reports a file that became shorter while it was read", async () => {
    const { adapter, address, put } = await makeRig();
    await put("numbers", text("0123456789"));
    const source = valueFrom(await adapter.open(address("numbers")));
    await put("numbers", text("01"));
    await expect(source.read(0, 10)).rejects.toThrow("it became shorter while it was read");
    await source.close();
  });
});

describe("files of installed packages", () => {
  async function makePackages() {
    const rig = await makeRig();
    const install = async (folder: string, file: string, content: string) => {
      const path = join(rig.root, folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    };
    await install("node_modules/data", "package.json", '{ "exports": {} }');
    await install("node_modules/data", "files/a.txt", "near");
    await install("node_modules/@scope/data", "a.txt", "scoped");
    await install(".", "secret.txt", "outside");
    const open = (name: string, path: string, root = rig.root) =>
      new FileAdapter(root).open({ dataset: "numbers", package: name, path });
    const read = async (...given: Parameters<typeof open>) => {
      const source = valueFrom(await open(...given));
      const bytes = await source.read(0, source.sizeBytes);
      await source.close();
      return new TextDecoder().decode(bytes);
    };
    return { ...rig, install, open, read };
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
    "",
    "link/secret.txt",
  ])("stay inside of the package: '%s'", async (path) => {
    const { open, root } = await makePackages();
    await symlink(root, join(root, "node_modules/data/link"));
    expect(failureFrom(await open("data", path)).message).toBe(
      `Dataset 'numbers' cannot be read from ${path} of the package 'data': the path leads out of the package.`,
    );
  });

  test("are missing as files are", async () => {
    const { open } = await makePackages();
    expect(failureFrom(await open("data", "files/b.txt")).message).toBe(
      "Dataset 'numbers' was not found at files/b.txt of the package 'data'.",
    );
  });

  test.for(["nothing", "../data", "@scope/../data", "/data", ".", ""])(
    "need an installed package: '%s'",
    async (name) => {
      const { open } = await makePackages();
      expect(failureFrom(await open(name, "files/a.txt"))).toEqual({
        code: "GLA5010",
        severity: "error",
        message: `Dataset 'numbers' lives in the npm package '${name}', which is not installed.`,
        hint: `run \`npm install ${name}\``,
        related: [],
      });
    },
  );

  test("are not written", async () => {
    const { adapter } = await makePackages();
    const address = { dataset: "numbers", package: "data", path: "files/a.txt" };
    expect(failureFrom(await adapter.write(address, [text("x")])).message).toBe(
      "Dataset 'numbers' cannot be written to files/a.txt of the package 'data': files of installed packages are not changed.",
    );
  });
});
