import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { endingIdle } from "../../packages/storage/src/stores/ending-idle.js";

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

test("a connection that breaks before it is read is an error of who reads it", async () => {
  const body = new Readable({ read: () => {} });
  const chunks = endingIdle(body);
  body.destroy(new Error("broken"));
  await new Promise((resolve) => body.once("close", resolve));
  await expect(drain(chunks)).rejects.toThrow("broken");
});

test("a connection on which nothing comes is broken", async () => {
  await expect(drain(endingIdle(new Readable({ read: () => {} }), 1))).rejects.toThrow("No byte came");
});
