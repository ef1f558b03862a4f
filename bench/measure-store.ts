/** Writing and reading an object of 256 MiB: a store, by the same with its vendor's SDK by hand. */
import { Readable } from "node:stream";
import type { ObjectStore } from "@glacier-ts/core";
import type { BenchRow } from "./bench-row.ts";
import { measureInTurns } from "./in-turns.ts";

const mebibytes = 256;
const chunk = Buffer.alloc(2 ** 20, "glacier ");

export const storeGoal = 1 / 0.9;

/** What one would write with the SDK. */
export interface StoreByHand {
  write(body: Readable): Promise<unknown>;
  /** Reads what `write` has written. */
  read(): Promise<AsyncIterable<Uint8Array>>;
}

/** @param name of the store, for the rows */
export async function measureStore(
  name: string,
  store: ObjectStore,
  byHand: StoreByHand,
): Promise<readonly BenchRow[]> {
  const often = { turns: 5, warmUps: 1 };
  const writing = await measureInTurns(
    {
      glacier: () => store.write("large", chunks()),
      byHand: () => byHand.write(Readable.from(chunks())),
    },
    often,
  );
  const reading = await measureInTurns(
    {
      glacier: async () => drain((await store.open("large")).stream?.() ?? []),
      byHand: async () => drain(await byHand.read()),
    },
    often,
  );
  const rate = (milliseconds: number) => `${((mebibytes / milliseconds) * 1000).toFixed(0)} MiB/s`;
  return Object.entries({ write: writing, read: reading }).map(([what, { glacier, byHand }]) => ({
    name: `${name}, ${what} 256 MiB`,
    ratio: glacier / byHand,
    goal: storeGoal,
    detail: `${rate(glacier)} by ${rate(byHand)} with the SDK by hand`,
  }));
}

function* chunks() {
  for (let index = 0; index < mebibytes; index++) yield chunk;
}

async function drain(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  let sizeBytes = 0;
  for await (const { length } of body) sizeBytes += length;
  if (sizeBytes !== mebibytes * 2 ** 20) throw new Error(`Only ${sizeBytes} bytes came`);
}
