import { type Dataset, type TaskFunction, task, taskMetadata } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

type Numbers = Dataset<"numbers", number[]>;
type Total = Dataset<"total", number>;

const sum = (numbers: Numbers): Total => numbers.reduce((a, b) => a + b, 0);

describe("task() gives a function that", () => {
  test("returns what the user's function returns", () => {
    fc.assert(
      fc.property(fc.func(fc.jsonValue()), fc.array(fc.jsonValue()), (run, inputs) => {
        const called = task({}, run as TaskFunction) as (...inputs: unknown[]) => unknown;
        expect(called(...inputs)).toBe(run(...(inputs as never[])));
      }),
    );
  });

  test("is called with the same inputs, and has as many", () => {
    const seen: unknown[] = [];
    const called = task({}, (...inputs: unknown[]) => seen.push(...inputs));
    const input = {};
    called(input, undefined, null);
    expect(seen).toEqual([input, undefined, null]);
    expect(seen[0]).toBe(input);
    expect(task({}, (_a: Numbers, _b: Total) => {}).length).toBe(2);
  });

  test("throws and rejects with the same error", async () => {
    const trouble = new Error("no");
    const throws = task({}, (): Total => {
      throw trouble;
    });
    const rejects = task({}, async (): Promise<Total> => {
      throw trouble;
    });
    expect(() => throws()).toThrow(trouble);
    await expect(rejects()).rejects.toBe(trouble);
  });

  test("adds no frame to a stack", () => {
    const where = task({}, function here() {
      return new Error().stack?.split("\n").slice(1, 3);
    });
    function caller() {
      return where();
    }
    const [first, second] = caller() ?? [];
    expect(first).toContain("here");
    expect(second).toContain("caller");
  });

  test("is an asynchronous or generating one where the user's is", async () => {
    const stream = task({}, async function* (numbers: Numbers) {
      yield* numbers;
    });
    const seen: number[] = [];
    for await (const number of stream([1, 2])) seen.push(number);
    expect(seen).toEqual([1, 2]);
  });

  test("remembers its options and its id", () => {
    const options = { retries: 3, timeout: "5m", tags: ["nightly"] } as const;
    expect(taskMetadata(task(options, sum))).toEqual({ options, id: undefined });
    expect(taskMetadata(task(options, sum, { id: "src/tasks.ts#sum" }))).toEqual({
      options,
      id: "src/tasks.ts#sum",
    });
  });
});

test("task() leaves the user's function as it was", () => {
  const frozen = Object.freeze((numbers: Numbers): Total => numbers.length);
  const called = task({ retries: 1 }, frozen);
  expect(called).not.toBe(frozen);
  expect(called([1, 2])).toBe(2);
  expect(Reflect.ownKeys(frozen)).toEqual(Reflect.ownKeys((_: Numbers) => 0));
  expect(taskMetadata(frozen)).toBeUndefined();
});

test("two tasks of one function do not disturb each other", () => {
  const eager = task({ retries: 5 }, sum, { id: "src/tasks.ts#eager" });
  const lazy = task({ timeout: "1m" }, sum, { id: "src/tasks.ts#lazy" });
  expect(taskMetadata(eager)).toEqual({ options: { retries: 5 }, id: "src/tasks.ts#eager" });
  expect(taskMetadata(lazy)).toEqual({ options: { timeout: "1m" }, id: "src/tasks.ts#lazy" });
  expect([eager([1, 2]), lazy([1, 2]), sum([1, 2])]).toEqual([3, 3, 3]);
});

test("a task of a task has its own options", () => {
  const inner = task({ retries: 5 }, sum, { id: "src/tasks.ts#inner" });
  const outer = task({}, inner);
  expect(taskMetadata(outer)).toEqual({ options: {}, id: undefined });
  expect(taskMetadata(inner)?.options).toEqual({ retries: 5 });
  expect(outer([1, 2])).toBe(3);
});

test("taskMetadata() is undefined for a plain function, and reads tasks of another copy of the package", () => {
  expect(taskMetadata(sum)).toBeUndefined();
  const ofAnotherCopy = Object.assign(() => 0, {
    [Symbol.for("@glacier-ts/core/task")]: { options: { retries: 1 }, id: "src/tasks.ts#other" },
  });
  expect(taskMetadata(ofAnotherCopy)).toEqual({ options: { retries: 1 }, id: "src/tasks.ts#other" });
});
