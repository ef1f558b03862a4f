/** Functions that are called on threads and in processes: values, contexts, and every way to fail. */
import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { errorInfo } from "../../packages/runtime/dist/error-info.js";
import { ownedBuffers } from "../../packages/runtime/dist/runners/owned-buffers.js";
import { ProcessRunner } from "../../packages/runtime/dist/runners/process-runner.js";
import { RemoteError } from "../../packages/runtime/dist/runners/remote-error.js";
import type { Crash, TaskRunner } from "../../packages/runtime/dist/runners/task-runner.js";
import { ThreadRunner } from "../../packages/runtime/dist/runners/thread-runner.js";
import { begin, callOf } from "./remote-call.js";

const runners: TaskRunner[] = [];

function make(kind: string, count = 2): TaskRunner {
  const runner =
    kind === "thread" ? new ThreadRunner({ maxThreads: count }) : new ProcessRunner({ maxProcesses: count });
  runners.push(runner);
  return runner;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(runners.splice(0).map((runner) => runner.close()));
});

/** What a call rejects with. */
const errorOf = <E = Error>(result: Promise<unknown>): Promise<E> =>
  result.then(
    (value) => Promise.reject(new Error(`expected a rejection, but it returned ${value}`)),
    (error) => error,
  );

describe.each(["thread", "process"])("on a %s", (kind) => {
  test("values come and go as they are", async () => {
    const error = new TypeError("odd", { cause: new RangeError("17") });
    const values = [
      new Date(0),
      new Map([[{ id: 1 }, new Set([1n, "a"])]]),
      new Float64Array([1.5, -0, Number.NaN]),
      new Uint8Array([1, 2, 3]).subarray(1),
      { missing: undefined, nothing: null, pattern: /a+/giu },
      // biome-ignore lint/suspicious/noSparseArray: a hole is a value, too
      [1, , 3],
      error,
    ];
    const [returned] = (await make(kind).run(callOf("values.mjs#list", [values]))) as [typeof values];
    expect(isDeepStrictEqual(returned, values)).toBe(true);
    expect((returned[6] as Error).cause).toEqual(error.cause);
  });

  test("any value that can be cloned comes back equal", async () => {
    const samples = fc.sample(cloneable, 300);
    const returned = await make(kind).run(callOf("values.mjs#echo", [samples]));
    for (const [index, sample] of samples.entries())
      expect(isDeepStrictEqual((returned as unknown[])[index], sample), fc.stringify(sample)).toBe(true);
  });

  test("the function is found in ES modules, CommonJS and TypeScript", async () => {
    const runner = make(kind);
    const results = [
      runner.run(callOf("values.mjs#Sales.clean", [[" a "]])),
      runner.run(callOf("legacy.cjs#Sales.clean", [" a "])),
      runner.run(callOf("typed.ts#double", [4])),
    ];
    expect(await Promise.all(results)).toEqual([["a"], "a", 8]);
    expect((await errorOf(runner.run(callOf("values.mjs#nothing")))).message).toMatch(
      /has no function 'nothing'/,
    );
  });

  test("missing arguments are undefined", async () => {
    const args = [undefined, 2, undefined];
    expect(await make(kind).run(callOf("values.mjs#list", args))).toEqual(args);
  });

  test("the context has log, progress and attempt", async () => {
    const said: unknown[] = [];
    const result = await make(kind).run(
      callOf("values.mjs#useContext", ["work", undefined, "end"], {
        contextPosition: 1,
        attempt: 3,
        onLog: (...entry) => void said.push(entry),
        onProgress: (...progress) => void said.push(progress),
      }),
    );
    expect(result).toEqual({ attempt: 3, isAborted: false });
    expect(said).toEqual([
      ["info", "work starts", { attempt: 3 }],
      ["warn", "end is near", { big: "10n", error: "TypeError: odd" }],
      [1, 2],
      [2, 2],
    ]);
  });

  test("an abort reaches the context's signal, also one before the call", async () => {
    const controller = new AbortController();
    const reason = new DOMException("Task 'a' took longer than 5 ms", "TimeoutError");
    const runner = make(kind);
    const late = await begin(runner, "values.mjs#untilAborted", { signal: controller.signal });
    controller.abort(reason);
    const heard = { isError: true, name: "TimeoutError", message: reason.message };
    expect(await late.result).toEqual(heard);
    const early = await begin(runner, "values.mjs#untilAborted", { signal: controller.signal });
    expect(await early.result).toEqual(heard);
  });

  test("what is thrown arrives as what it was, with the user's frames only", async () => {
    const runner = make(kind);
    const error = await errorOf<RemoteError>(runner.run(callOf("trouble.mjs#throwError")));
    expect(error.info).toEqual({
      name: "TypeError",
      message: "no such row",
      stack: expect.stringMatching(/^ {4}at throwError \(.*trouble\.mjs:\d+:\d+\)$/),
      cause: { name: "RangeError", message: "17 is too much", stack: expect.any(String) },
    });
    expect(error).toMatchObject({ name: "TypeError", message: "no such row" });

    const text = await errorOf<RemoteError>(runner.run(callOf("trouble.mjs#throwText")));
    expect(text.info).toEqual({ name: "NonError", message: "just text" });
    const final = await errorOf<RemoteError>(runner.run(callOf("trouble.mjs#throwFinal")));
    expect(final.info).toMatchObject({ message: "not found", isFinal: true });
    const broken = await errorOf<RemoteError>(runner.run(callOf("broken.mjs#any")));
    expect(broken.info).toMatchObject({ name: "SyntaxError", message: "not today" });
  });

  test("what cannot be cloned is named", async () => {
    const runner = make(kind);
    const row = { id: 1, format: () => "one" };
    const argument = await errorOf(runner.run(callOf("values.mjs#list", [1, [row]])));
    expect(argument).toMatchObject({
      name: "Untransferable",
      what: "argument 1",
      why: '() => "one" could not be cloned',
    });
    const returned = await errorOf(runner.run(callOf("values.mjs#withFunction")));
    expect(returned).toMatchObject({ name: "Untransferable", what: "the value that it returned" });
    expect(await runner.run(callOf("values.mjs#echo", ["still here"]))).toBe("still here");
  });

  test("an endless loop is stopped by kill, and the next call works", async () => {
    const runner = make(kind, 1);
    const kill = new AbortController();
    const loop = await begin(runner, "trouble.mjs#loop", { kill: kill.signal });
    const next = runner.run(callOf("values.mjs#echo", ["next"]));
    kill.abort(new Error("enough"));
    expect((await errorOf(loop.result)).message).toBe("enough");
    expect(await next).toBe("next");
  });

  test("a call that waits for its turn can be killed", async () => {
    const runner = make(kind, 1);
    const [first, second] = [new AbortController(), new AbortController()];
    const running = await begin(runner, "trouble.mjs#wait", { kill: first.signal });
    const waiting = runner.run(callOf("trouble.mjs#exit3", [], { kill: second.signal }));
    second.abort(new Error("not needed"));
    expect((await errorOf(waiting)).message).toBe("not needed");
    const late = runner.run(callOf("trouble.mjs#exit3", [], { kill: second.signal }));
    expect((await errorOf(late)).message).toBe("not needed");
    first.abort(new Error("enough"));
    expect((await errorOf(running.result)).message).toBe("enough");
  });

  test.each([
    ["process.exit(3)", "exit3", { kind: "exited", exitCode: 3 }],
    ["process.exit()", "exit0", { kind: "exited", exitCode: 0 }],
    ["an error in a timer", "throwInTimer", uncaught("RangeError", "in a timer")],
    ["an unhandled rejection", "rejectUnhandled", uncaught("TypeError", "nobody listens")],
  ])("%s is a crash of that call alone", async (_, name, cause) => {
    const runner = make(kind);
    const controller = new AbortController();
    const other = await begin(runner, "values.mjs#untilAborted", { signal: controller.signal });
    const messages: string[] = [];
    const onMessage = (message: string) => void messages.push(message);
    const crash = await errorOf<Crash>(
      runner.run(callOf(`trouble.mjs#${name}`, [undefined], { contextPosition: 0, onMessage })),
    );
    expect(crash).toMatchObject({ name: "Crash", crashCause: cause });
    expect(messages).toEqual(["goes wrong"]);
    controller.abort();
    expect(await other.result).toMatchObject({ name: "AbortError" });
  });

  test("what a function leaves behind does not break the runner", async () => {
    const runner = make(kind, 1);
    expect(await runner.run(callOf("trouble.mjs#throwLater"))).toBe("early");
    const other = make(kind, 1);
    expect(await other.run(callOf("values.mjs#echo", [1]))).toBe(1);
  });

  test("output goes to this process, and a flood of it does not stop the call", async () => {
    const output = takeOutput();
    const runner = make(kind);
    await runner.run(callOf("trouble.mjs#say", ["one", "two"]));
    expect(output).toMatchObject({ stdout: "one\ntwo\n", stderr: "to stderr\n" });

    let sizeBytes = 0;
    let pending = 0;
    let mostPending = 0;
    vi.spyOn(process.stdout, "write").mockImplementation((chunk, ...rest) => {
      sizeBytes += chunk.length;
      mostPending = Math.max(mostPending, ++pending);
      setImmediate(() => {
        pending--;
        (rest.at(-1) as (() => void) | undefined)?.();
      });
      return true;
    });
    const flooded = make(kind);
    expect(await flooded.run(callOf("trouble.mjs#flood", [50]))).toBe("flooded");
    expect(sizeBytes).toBe(50 * 2 ** 20);
    if (kind === "process") expect(mostPending).toBe(1);
  });

  test("close ends what runs and what waits, and no call is taken afterwards", async () => {
    const runner = make(kind, 1);
    const loop = await begin(runner, "trouble.mjs#loop");
    const waiting = errorOf(runner.run(callOf("values.mjs#echo", [1])));
    await runner.close();
    for (const error of [await errorOf(loop.result), await waiting])
      expect(error).toMatchObject({ name: "AbortError", message: "The runner was closed" });
    expect(await errorOf(runner.run(callOf("values.mjs#echo", [1])))).toMatchObject({ name: "AbortError" });
  });

  test("many calls leave nothing behind", async () => {
    const before = resources();
    const runner = make(kind);
    const [signal, kill] = [new AbortController().signal, new AbortController().signal];
    const count = kind === "thread" ? 1000 : 10;
    for (let i = 0; i < count; i++)
      expect(await runner.run(callOf("values.mjs#echo", [i], { signal, kill }))).toBe(i);
    await runner.close();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(getEventListeners(kill, "abort")).toEqual([]);
    for (const [kind, count] of Object.entries(resources()))
      expect(count, kind).toBeLessThanOrEqual(before[kind] ?? 0);
  });
});

test("an error that has crossed is described as it was", () => {
  const info = {
    name: "HttpError",
    message: "at once\n    at nothing",
    stack: "    at load (file:///project/load.js:1:2)\n    at async file:///project/run.js:3:4",
    cause: { name: "NonError", message: "404" },
    isFinal: true as const,
  };
  expect(errorInfo(new RemoteError(info))).toEqual(info);
  expect(errorInfo(new Error("no page", { cause: new RemoteError(info) }))).toMatchObject({ isFinal: true });
});

describe("on threads only", () => {
  test("threads are used again", async () => {
    const runner = make("thread", 1);
    const first = await runner.run(callOf("values.mjs#where"));
    expect(await runner.run(callOf("values.mjs#where"))).toEqual(first);
  });

  test("a large buffer is moved, not copied", async () => {
    const runner = make("thread", 1);
    const length = 1_000_000;
    const { columns } = (await runner.run(callOf("values.mjs#keepBuffer", [length]))) as {
      columns: [{ values: Float64Array }];
    };
    expect(columns[0].values).toHaveLength(length);
    expect(columns[0].values.at(-1)).toBe(1);
    expect(await runner.run(callOf("values.mjs#keptBytes"))).toBe(0);
  });

  test("a buffer that cannot or may not be moved is copied", async () => {
    const runner = make("thread", 1);
    for (const name of ["wasmMemory", "markedTable"]) {
      const first = (await runner.run(callOf(`values.mjs#${name}`))) as Uint8Array;
      expect(first.length).toBeGreaterThan(0);
      expect(await runner.run(callOf(`values.mjs#${name}`))).toEqual(first);
    }
  });

  test("arguments are copied", async () => {
    const values = new Float64Array(10_000).fill(1);
    await make("thread").run(callOf("values.mjs#echo", [values]));
    expect(values).toHaveLength(10_000);
  });

  test("buffers are owned where a value has the whole of them", () => {
    const whole = new Float64Array(1000);
    const plain = new ArrayBuffer(8192);
    const part = new Uint8Array(new ArrayBuffer(8192), 0, 4096);
    const shared = new Uint8Array(new SharedArrayBuffer(8192));
    const pooled = Buffer.from("a".repeat(2000));
    const deep = { a: { b: [{ c: { d: [whole, whole] } }] } };
    expect(ownedBuffers([deep, plain, part, shared, pooled])).toEqual([plain, whole.buffer]);
    const cycle: Record<string, unknown> = { whole };
    cycle.self = cycle;
    expect(ownedBuffers(cycle)).toEqual([whole.buffer]);
    // Beside a column of a million items, and not behind one.
    const rows = Array.from({ length: 1_000_000 }, (_, id) => id);
    expect(ownedBuffers({ rows, whole })).toEqual([whole.buffer]);
    expect(ownedBuffers([...rows, whole])).toEqual([]);
  });

  test("refuses options that make no sense", () => {
    for (const maxThreads of [0, 1.5, Number.NaN])
      expect(() => new ThreadRunner({ maxThreads })).toThrow(RangeError);
    expect(() => new ProcessRunner({ maxProcesses: 0 })).toThrow(RangeError);
  });
});

describe("in processes only", () => {
  test("each call has a process of its own", async () => {
    const runner = make("process");
    const [one, two] = (await Promise.all([
      runner.run(callOf("values.mjs#where")),
      runner.run(callOf("values.mjs#where")),
    ])) as { pid: number }[];
    expect(new Set([one?.pid, two?.pid, process.pid]).size).toBe(3);
  });

  test("a call that needs more memory than it may use fails alone", async () => {
    takeOutput();
    const runner = make("process");
    const controller = new AbortController();
    const other = await begin(runner, "values.mjs#untilAborted", { signal: controller.signal });
    for (const memoryMb of [64, 1]) {
      const crash = await errorOf<Crash>(
        runner.run(callOf("trouble.mjs#eatMemory", [undefined], { contextPosition: 0, memoryMb })),
      );
      expect(crash.crashCause).toEqual({ kind: "out-of-memory", limitMb: memoryMb });
    }
    controller.abort();
    expect(await other.result).toMatchObject({ name: "AbortError" });
  });

  test("a process that is killed from outside is a crash", async () => {
    const { result, fields } = await begin(make("process"), "trouble.mjs#wait");
    process.kill(fields?.pid as number, "SIGKILL");
    const crash = await errorOf<Crash>(result);
    expect(crash.crashCause).toEqual({ kind: "killed", signal: "SIGKILL" });
  });

  test("Ctrl-C is left to the runner", async () => {
    const controller = new AbortController();
    const runner = make("process");
    const { result, fields } = await begin(runner, "trouble.mjs#waitForAbort", { signal: controller.signal });
    process.kill(fields?.pid as number, "SIGINT");
    controller.abort(new Error("stopped"));
    expect(await result).toBe("stopped");
  });
});

describe("Node's own options", () => {
  const run = async (env: Record<string, string>) => {
    const path = (name: string) => fileURLToPath(new URL(`../fixtures/runners/${name}`, import.meta.url));
    const args = [
      "--import",
      new URL("../fixtures/runners/preload.mjs", import.meta.url).href,
      path("call-both.mjs"),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
    return stdout.split("\n");
  };

  test("hold on the other side", async () => {
    expect(await run({})).toEqual(["ThreadRunner true", "ProcessRunner true", ""]);
  });

  test("a thread that cannot start is a crash of the call that waits for it", async () => {
    const [onThread] = await run({ NO_THREADS: "1" });
    expect(onThread).toBe(
      "ThreadRunner Crash: it threw an error that nothing caught, Error: there are no threads here",
    );
  });
});

function uncaught(name: string, message: string) {
  return { kind: "uncaught", error: { name, message, stack: expect.stringContaining("trouble.mjs") } };
}

/** Collects what is written to the standard streams. */
function takeOutput(): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    vi.spyOn(process[name], "write").mockImplementation((chunk, ...rest) => {
      output[name] += String(chunk);
      (rest.at(-1) as (() => void) | undefined)?.();
      return true;
    });
  return output;
}

/** What keeps this process alive, counted by kind, but for timers and the like of others. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (/Port|Process|Pipe|Worker/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const { value: cloneable } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, null, Number.NaN, -0, Infinity, /x+/g),
    fc.boolean(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: "binary" }),
    fc.date(),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value"), { noNullPrototype: true }),
    fc.array(fc.tuple(tie("value"), tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value")).map((items) => new Set(items)),
    fc
      .tuple(fc.constantFrom(Error, TypeError, RangeError), fc.string(), tie("value"))
      .map(([Kind, message, cause]) => new Kind(message, { cause })),
  ),
}));
