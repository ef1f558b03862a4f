/** What every storage adapter does. A new adapter starts from here. */
import type { ByteSource, StorageAdapter } from "@glacier-ts/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureFrom, valueFrom } from "../storage/project.js";

export interface StorageRig<Address> {
  readonly adapter: StorageAdapter<Address>;
  /** The address of the object of that name, of dataset `numbers`. */
  address(name: string): Address;
  /** Puts bytes there without the adapter. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Names of all objects, temporary ones too. */
  list(): Promise<readonly string[]>;
  /** Puts something that is no object in the name's place; absent where the storage has nothing such. */
  obstruct?(name: string): Promise<void>;
}

const text = (value: string) => new TextEncoder().encode(value);

export function testStorage(make: () => Promise<StorageRig<unknown>>): void {
  const read = async ({ adapter, address }: StorageRig<unknown>, name: string) => {
    const source = valueFrom(await adapter.open(address(name)));
    const bytes = await source.read(0, source.sizeBytes);
    await source.close();
    return new TextDecoder().decode(bytes);
  };
  const open = async ({ adapter, address }: StorageRig<unknown>, name: string): Promise<ByteSource> => {
    const source = valueFrom(await adapter.open(address(name)));
    onTestFinished(() => source.close());
    return source;
  };

  describe("reading", () => {
    test("gives the whole object and its size", async () => {
      const rig = await make();
      await rig.put("numbers", text("0123456789"));
      expect((await open(rig, "numbers")).sizeBytes).toBe(10);
      expect(await read(rig, "numbers")).toBe("0123456789");
    });

    test("gives ranges in any order, at once, and empty ones", async () => {
      const rig = await make();
      await rig.put("numbers", text("0123456789"));
      const source = await open(rig, "numbers");
      const ranges = [source.read(7, 10), source.read(0, 3), source.read(4, 4), source.read(2, 8)];
      expect((await Promise.all(ranges)).map((bytes) => new TextDecoder().decode(bytes))).toEqual([
        "789",
        "012",
        "",
        "234567",
      ]);
    });

    test("gives an empty object", async () => {
      const rig = await make();
      await rig.put("empty", text(""));
      expect(await read(rig, "empty")).toBe("");
    });

    test("reports GLA5004 where there is nothing", async () => {
      const { adapter, address } = await make();
      expect(failureFrom(await adapter.open(address("nothing")))).toEqual({
        code: "GLA5004",
        severity: "error",
        message: `Dataset 'numbers' was not found at ${adapter.describe(address("nothing"))}.`,
        hint: "check the path; `file()` paths are relative to the folder of the tsconfig",
        related: [],
      });
    });

    test("goes on with the former object while it is replaced", async () => {
      const rig = await make();
      await rig.put("numbers", text("former"));
      const source = await open(rig, "numbers");
      valueFrom(await rig.adapter.write(rig.address("numbers"), [text("something else")]));
      expect(new TextDecoder().decode(await source.read(0, 6))).toBe("former");
    });
  });

  describe("writing", () => {
    test("joins the chunks and gives the size", async () => {
      const rig = await make();
      const chunks = [text("one, "), text(""), text("two")];
      expect(valueFrom(await rig.adapter.write(rig.address("numbers"), chunks))).toEqual({ sizeBytes: 8 });
      expect(await read(rig, "numbers")).toBe("one, two");
      expect(await rig.list()).toEqual(["numbers"]);
    });

    test("takes chunks that come with time", async () => {
      const rig = await make();
      async function* chunks() {
        yield text("one, ");
        await Promise.resolve();
        yield text("two");
      }
      valueFrom(await rig.adapter.write(rig.address("numbers"), chunks()));
      expect(await read(rig, "numbers")).toBe("one, two");
    });

    test("replaces the former object, longer or shorter", async () => {
      const rig = await make();
      for (const content of ["a", "much longer", "b", ""]) {
        valueFrom(await rig.adapter.write(rig.address("numbers"), [text(content)]));
        expect(await read(rig, "numbers")).toBe(content);
      }
      expect(await rig.list()).toEqual(["numbers"]);
    });

    test("leaves the former object where the chunks throw midway, and passes the error on", async () => {
      const rig = await make();
      await rig.put("numbers", text("former"));
      const error = new Error("the source broke");
      let seen: unknown;
      async function* chunks() {
        yield text("half");
        seen = await read(rig, "numbers");
        throw error;
      }
      await expect(rig.adapter.write(rig.address("numbers"), chunks())).rejects.toBe(error);
      expect(seen).toBe("former");
      expect(await read(rig, "numbers")).toBe("former");
      expect(await rig.list()).toEqual(["numbers"]);
    });

    test("leaves nothing where there was nothing and the chunks throw", async () => {
      const rig = await make();
      function* chunks() {
        yield text("half");
        throw new Error("the source broke");
      }
      await expect(rig.adapter.write(rig.address("numbers"), chunks())).rejects.toThrow("the source broke");
      expect(await rig.list()).toEqual([]);
    });

    test("lets many write at once: one of them wins, whole", async () => {
      const rig = await make();
      const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
      await Promise.all(
        contents.map((content) => rig.adapter.write(rig.address("numbers"), [text(content)])),
      );
      expect(contents).toContain(await read(rig, "numbers"));
      expect(await rig.list()).toEqual(["numbers"]);
    });
  });

  describe("names", () => {
    test.for([
      "with space",
      "größe-数-🧊",
      "folder/deep/er",
      "a..b",
      "..a",
      "#hash?&%20",
      "folder/../other",
      "n".repeat(250),
    ])("'%s'", async (name) => {
      const rig = await make();
      valueFrom(await rig.adapter.write(rig.address(name), [text(name)]));
      expect(await read(rig, name)).toBe(name);
      expect(await rig.list()).toHaveLength(1);
    });
  });

  test("reports what is no object, on reading as GLA5005 and on writing as GLA5007", async (context) => {
    const { adapter, address, obstruct, list } = await make();
    if (!obstruct) return context.skip("every name can be an object here");
    await obstruct("numbers");
    const before = await list();
    const place = adapter.describe(address("numbers"));
    expect(failureFrom(await adapter.open(address("numbers"))).message).toBe(
      `Dataset 'numbers' cannot be read from ${place}: it is a directory.`,
    );
    expect(failureFrom(await adapter.write(address("numbers"), [text("x")])).message).toBe(
      `Dataset 'numbers' cannot be written to ${place}: it is a directory.`,
    );
    expect(await list()).toEqual(before);
  });
}
