import { describe, expect, it } from "vitest";
import { clean, extract, summarise } from "../../examples/simple-pipeline/src/tasks.js";

describe("clean", () => {
  it("trims names and drops users without one", () => {
    expect(
      clean([
        { id: 1, name: "\t Ada  Lovelace ", age: 36 },
        { id: 2, name: " \n ", age: 1 },
        { id: 3, name: "", age: 2 },
        { id: 4, name: "Alan", age: 41 },
      ]),
    ).toEqual([
      { id: 1, name: "Ada  Lovelace", age: 36 },
      { id: 4, name: "Alan", age: 41 },
    ]);
  });

  it("leaves its input as it was", () => {
    const users = [Object.freeze({ id: 1, name: " Ada ", age: 36 })];
    clean(Object.freeze(users) as typeof users);
    expect(users[0]?.name).toBe(" Ada ");
  });
});

describe("summarise", () => {
  it("counts and averages", () => {
    expect(
      summarise([
        { id: 1, name: "Ada", age: 36 },
        { id: 2, name: "Alan", age: 41 },
      ]),
    ).toEqual({ total: 2, averageAge: 38.5 });
  });

  it("is 0 for no users, not NaN", () => {
    expect(summarise([])).toEqual({ total: 0, averageAge: 0 });
  });
});

it("the tasks fit together", async () => {
  expect(summarise(clean(await extract()))).toEqual({ total: 3, averageAge: 54 });
});
