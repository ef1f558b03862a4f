import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import type { ErrorInfo } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makePipeline } from "./make-graph.js";

/** What a run tells of a thrown value. */
async function describeThrown(run: () => unknown): Promise<ErrorInfo> {
  const pipeline = makePipeline([{ name: "broken", run }]);
  const { failures } = await new LocalExecutor().execute({ ...pipeline, projectRoot: "", keep: [] });
  const failure = failures[0];
  if (failure?.reason !== "task-threw") throw new Error("expected a task that threw");
  return failure.error;
}

const describeValue = (value: unknown) =>
  describeThrown(() => {
    throw value;
  });

function readUsers(): never {
  throw new RangeError("no users\n    at nowhere (really:1:1)");
}

test("keeps the user's frames only, synchronous or not", async () => {
  for (const run of [() => readUsers(), async () => readUsers(), () => readFileSync("missing.txt")]) {
    const { stack = "" } = await describeThrown(run);
    const frames = stack.split("\n");
    expect(frames.length).toBeGreaterThan(0);
    expect(frames[0]).toMatch(
      run.toString().includes("readUsers") ? /at readUsers \(/ : /at run \(|error-info/,
    );
    expect(stack).toContain("error-info.test.ts");
    expect(stack).not.toMatch(/node:|packages[\\/]runtime|nowhere/);
  }
});

test("tells the name, the message and the causes", async () => {
  const error = new TypeError("outer", { cause: new Error("inner", { cause: { status: 404 } }) });
  expect(await describeValue(error)).toMatchObject({
    name: "TypeError",
    message: "outer",
    cause: { name: "Error", message: "inner", cause: { name: "NonError", message: "{ status: 404 }" } },
  });
  const several = new AggregateError([new Error("first"), new Error("second")], "all failed");
  expect(await describeValue(several)).toMatchObject({
    name: "AggregateError",
    message: "all failed",
    cause: { message: "first" },
  });
});

test("ends circular and very long causes", async () => {
  const circular = new Error("circular");
  circular.cause = new Error("between", { cause: circular });
  const { cause, message } = await describeValue(circular);
  expect([message, cause?.message, cause?.cause]).toEqual(["circular", "between", undefined]);

  let long = new Error("0");
  for (let depth = 1; depth < 1000; depth++) long = new Error(String(depth), { cause: long });
  let count = 0;
  for (let at: ErrorInfo | undefined = await describeValue(long); at; at = at.cause) count++;
  expect(count).toBe(10);
});

test.each<[unknown, Partial<ErrorInfo>]>([
  ["text", { name: "NonError", message: "text" }],
  [undefined, { name: "NonError", message: "undefined" }],
  [null, { name: "NonError", message: "null" }],
  [Symbol("s"), { name: "NonError", message: "Symbol(s)" }],
  [{ code: 3 }, { name: "NonError", message: "{ code: 3 }" }],
  [
    runInContext("new SyntaxError('elsewhere')", createContext()),
    { name: "SyntaxError", message: "elsewhere" },
  ],
  [new DOMException("late", "TimeoutError"), { name: "TimeoutError", message: "late" }],
])("describes %o", async (value, expected) => {
  expect(await describeValue(value)).toMatchObject(expected);
});

test("survives values that throw when they are looked at", async () => {
  const explode = () => {
    throw new Error("do not look");
  };
  const hostile = new Error("hidden");
  for (const key of ["name", "message", "stack", "cause"])
    Object.defineProperty(hostile, key, { get: explode });
  expect(await describeValue(hostile)).toEqual({ name: "Error", message: "" });

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(await describeValue(proxy)).toMatchObject({ name: "NonError" });
  const trap = new Proxy(new Error("x"), { get: explode, getPrototypeOf: explode, has: explode });
  expect((await describeValue(trap)).name).toEqual(expect.any(String));
  expect(await describeValue({ [Symbol.for("nodejs.util.inspect.custom")]: explode })).toMatchObject({
    name: "NonError",
    message: "unprintable object",
  });
});

test("is plain JSON, whatever is thrown", async () => {
  const thrown = fc.oneof(
    fc.anything(),
    fc.anything().map((cause) => new Error("e", { cause })),
  );
  await fc.assert(
    fc.asyncProperty(thrown, async (value) => {
      const info = await describeValue(value);
      expect(JSON.parse(JSON.stringify(info))).toEqual(info);
    }),
  );
});
