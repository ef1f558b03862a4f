/** Streams to and from functions on threads and in processes. */
import { NonRetryableError } from "@glacier-ts/core";
import { afterEach, describe, expect, test } from "vitest";
import { ProcessRunner } from "../../packages/runtime/dist/runners/process-runner.js";
import type { TaskRunner } from "../../packages/runtime/dist/runners/task-runner.js";
import { ThreadRunner } from "../../packages/runtime/dist/runners/thread-runner.js";
import { callOf, type Options } from "./remote-call.js";

type Numbers = AsyncIterableIterator<number>;

const runners: TaskRunner[] = [];

afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.close()));
});

/** A source that tells what happens to it. */
class Source implements AsyncIterable<number> {
  readonly #length: number;
  made = 0;
  isClosed = false;
  readonly closed: Promise<void>;
  #onClosed!: () => void;

  constructor(length: number) {
    this.#length = length;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  async *[Symbol.asyncIterator](): Numbers {
    try {
      while (this.made < this.#length) yield this.made++;
    } finally {
      this.isClosed = true;
      this.#onClosed();
    }
  }
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const million = 1_000_000;
const sumOfMillion = (million * (million - 1)) / 2;
/** Two batches of a thousand, the item that is read ahead, and the thousand items between two messages. */
const mostInFlight = 3001;

describe.each(["thread", "process"])("on a %s", (kind) => {
  function make(count = 1): TaskRunner {
    const runner =
      kind === "thread"
        ? new ThreadRunner({ maxThreads: count })
        : new ProcessRunner({ maxProcesses: count });
    runners.push(runner);
    return runner;
  }

  const stream = async <T = number>(
    runner: TaskRunner,
    name: string,
    args: unknown[] = [],
    options?: Options,
  ) => (await runner.run(callOf(`streams.mjs#${name}`, args, options))) as AsyncIterableIterator<T>;

  test("a million items go in, a few at a time", async () => {
    const source = new Source(million);
    let inFlight = 0;
    const onProgress = (read: number) => {
      inFlight = Math.max(inFlight, source.made - read);
    };
    const options = { contextPosition: 1, onProgress };
    expect(await make().run(callOf("streams.mjs#sum", [source, undefined], options))).toBe(sumOfMillion);
    expect(inFlight).toBeLessThanOrEqual(mostInFlight);
  });

  test("a million items come out, a few at a time", async () => {
    let [read, sum, inFlight] = [0, 0, 0];
    const onProgress = (made: number) => {
      inFlight = Math.max(inFlight, made - read);
    };
    const options = { contextPosition: 1, onProgress };
    for await (const number of await stream(make(), "watched", [million, undefined], options)) {
      read++;
      sum += number;
    }
    expect(sum).toBe(sumOfMillion);
    expect(inFlight).toBeLessThanOrEqual(mostInFlight);
  });

  test("large items are counted by their size", async () => {
    let [read, inFlight] = [0, 0];
    const onProgress = (made: number) => {
      inFlight = Math.max(inFlight, made - read);
    };
    const args = [50, 2 ** 20, undefined];
    for await (const blob of await stream<Uint8Array>(make(), "blobs", args, {
      contextPosition: 2,
      onProgress,
    })) {
      expect(blob.at(-1)).toBe(read);
      read++;
    }
    expect(read).toBe(50);
    // Two batches of one item, one that is read ahead, and the one that was told of before it was made.
    expect(inFlight).toBeLessThanOrEqual(4);
  });

  test("streams go in and come out at once", async () => {
    const source = new Source(10_000);
    const doubled = await collect(await stream(make(), "double", [source]));
    expect(doubled).toEqual(Array.from({ length: 10_000 }, (_, i) => 2 * i));
    expect(source.isClosed).toBe(true);
  });

  test("streams are found in objects and tuples", async () => {
    const runner = make();
    const several = (await runner.run(callOf("streams.mjs#several"))) as Record<
      "users" | "rejected",
      Numbers
    >;
    expect(Object.keys(several)).toEqual(["users", "rejected", "total"]);
    expect(await collect(several.rejected)).toEqual([0, 1]);
    expect(await collect(several.users)).toEqual([0, 1, 2]);
    const [first, second] = (await runner.run(callOf("streams.mjs#pair"))) as [Numbers, string];
    expect([await collect(first), second]).toEqual([[0, 1], "second"]);
  });

  test("a stream is read once", async () => {
    const numbers = await stream(make(), "count", [3]);
    expect(await collect(numbers)).toEqual([0, 1, 2]);
    expect(await collect(numbers)).toEqual([]);
    expect(await numbers.return?.()).toEqual({ done: true, value: undefined });
  });

  test("calls of next that wait are served in order", async () => {
    const numbers = await stream(make(), "count", [2]);
    const results = await Promise.all([numbers.next(), numbers.next(), numbers.next(), numbers.next()]);
    expect(results.map((result) => (result.done ? "done" : result.value))).toEqual([0, 1, "done", "done"]);
  });

  test("a source that waits sends what it has", async () => {
    const controller = new AbortController();
    const options = { contextPosition: 0, signal: controller.signal };
    const words = await stream<string>(make(), "slow", [undefined], options);
    expect(await words.next()).toEqual({ done: false, value: "first" });
    // The signal of the call holds for the streams that it returned.
    controller.abort(new Error("enough"));
    expect(await words.next()).toEqual({ done: false, value: "aborted: enough" });
    expect(await words.next()).toEqual({ done: true, value: undefined });
  });

  test("a function that stops early closes its source", async () => {
    const source = new Source(million);
    expect(await make().run(callOf("streams.mjs#take", [source, 5]))).toEqual([0, 1, 2, 3, 4]);
    await source.closed;
    expect(source.made).toBeLessThanOrEqual(mostInFlight);
  });

  test("a source that the function does not read is not started", async () => {
    const source = new Source(3);
    expect(await make().run(callOf("streams.mjs#ignore", [source]))).toBe("read nothing");
    expect(source.made).toBe(0);
  });

  test("who stops reading early closes the source over there", async () => {
    const messages: string[] = [];
    const onMessage = (message: string) => void messages.push(message);
    const numbers = await stream(make(), "watched", [million, undefined], { contextPosition: 1, onMessage });
    for await (const number of numbers) if (number === 10) break;
    expect(messages).toEqual(["closed"]);
    expect(await numbers.next()).toEqual({ done: true, value: undefined });
  });

  test("an error of a source arrives after the items before it", async () => {
    const runner = make();
    const numbers = await stream(runner, "failing", [1500]);
    const read: number[] = [];
    const error = await collectInto(read, numbers);
    expect(read).toHaveLength(1500);
    expect(error).toMatchObject({
      name: "RangeError",
      message: "the source is dry",
      cause: { name: "Error", message: "drought" },
    });
    async function* dry() {
      yield 1;
      throw new TypeError("no more", { cause: new Error("why") });
    }
    const told = await runner.run(callOf("streams.mjs#tell", [dry()]));
    expect(told).toEqual({ name: "TypeError", message: "no more", cause: "why" });
    async function* final() {
      yield 1;
      throw new NonRetryableError("gone");
    }
    const passedOn = runner.run(callOf("streams.mjs#sum", [final()]));
    await expect(passedOn).rejects.toMatchObject({ info: { name: "NonRetryableError", isFinal: true } });
  });

  test("an item that cannot be cloned is an error of the stream", async () => {
    const error = await collectInto([], await stream(make(), "functions"));
    expect(error).toMatchObject({
      name: "Untransferable",
      what: "an item of a stream",
      why: "() => 2 could not be cloned",
    });
  });

  test("who reads a stream hears of a crash, after the items before it", async () => {
    const read: number[] = [];
    const error = await collectInto(read, await stream(make(), "crashing", [10]));
    expect(read).toHaveLength(10);
    expect(error).toMatchObject({ name: "Crash", crashCause: { kind: "exited", exitCode: 7 } });
  });

  test("kill ends a stream that waits", async () => {
    const kill = new AbortController();
    const words = await stream<string>(make(), "slow", [undefined], {
      contextPosition: 0,
      kill: kill.signal,
    });
    await words.next();
    const next = words.next();
    kill.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    expect(await words.return?.()).toEqual({ done: true, value: undefined });
  });

  test("a stream that nobody reads does not keep others from running, and ends with the runner", async () => {
    const runner = make(1);
    const unread = await stream(runner, "count", [10]);
    const source = await stream(runner, "count", [10]);
    // Its reader needs a turn while both wait for theirs.
    expect(await runner.run(callOf("streams.mjs#sum", [source]))).toBe(45);
    await runner.close();
    await expect(unread.next()).rejects.toThrow("The runner was closed");
  });

  test("closing a stream that was never read closes its source", async () => {
    const unread = await stream(make(), "count", [10]);
    expect(await unread.return?.()).toEqual({ done: true, value: undefined });
    expect(await unread.next()).toEqual({ done: true, value: undefined });
  });
});

/** Reads a stream to its error. */
async function collectInto(items: unknown[], stream: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const item of stream) items.push(item);
  } catch (error) {
    return error;
  }
  return undefined;
}
