/** What can be a check, and what a pipeline takes from its checks. Checked by `npm run typecheck:tests`. */
import {
  type CheckResult,
  check,
  type Dataset,
  type Executor,
  type Param,
  pipeline,
  type Resource,
  resource,
} from "@glacier-ts/core";
import { fresh, inRange, notNull, references, rowCount, unique } from "@glacier-ts/core/checks";
import { testPipeline } from "@glacier-ts/runtime/testing";
import { expectTypeOf } from "vitest";

interface User {
  readonly id: number;
  readonly name?: string;
  readonly seen: Date;
}
type Users = Dataset<"users", User[]>;
type Live = Dataset<"live", AsyncIterable<User>>;
type Names = Dataset<"names", ReadonlySet<string>>;
type Rates = Dataset<"rates", { readonly at: string }[]>;
type Total = Dataset<"total", number>;
declare const executor: Executor;

const Db = resource("db", { open: () => ({ count: async (): Promise<number> => 1 }) });
type Db = Resource.Of<typeof Db>;

// A check is called as the function that it is.
const some = check("some", (users: Users) => users.length > 0);
expectTypeOf(some([])).toEqualTypeOf<boolean>();
const few = check(
  "few",
  { severity: "warn", retries: 1 },
  async (users: Users, limit: Param<"limit", number>) => ({
    passed: users.length < limit,
  }),
);
expectTypeOf(few([], 1)).resolves.toEqualTypeOf<{ passed: boolean }>();
const known = check("known", async (users: Users, db: Db) => users.length === (await db.count()));

// @ts-expect-error a check says whether data is good
check("nothing", (users: Users) => users.length);
// @ts-expect-error so does a promise
check("later", async (users: Users) => users);
// @ts-expect-error misspelt
check("misspelt", { severty: "warn" }, (users: Users) => users.length > 0);
// @ts-expect-error there are two of them
check("fatal", { severity: "fatal" }, (users: Users) => users.length > 0);

// Of a stream, what is found is promised.
declare const users: Users;
declare const live: Live;
declare const names: Names;
expectTypeOf(unique(users, (user) => user.id)).toEqualTypeOf<CheckResult>();
expectTypeOf(unique(live, (user) => user.id)).toEqualTypeOf<Promise<CheckResult>>();
expectTypeOf(unique(names, (name) => name.length)).toEqualTypeOf<CheckResult>();
expectTypeOf(notNull(users, "name", "id")).toEqualTypeOf<CheckResult>();
expectTypeOf(inRange(live, (user) => user.seen, { min: new Date(0) })).toEqualTypeOf<Promise<CheckResult>>();
expectTypeOf(rowCount(live, { min: 1 })).toEqualTypeOf<Promise<CheckResult>>();
expectTypeOf(fresh(users, (user) => user.seen, { within: "1d" })).toEqualTypeOf<CheckResult>();
expectTypeOf(
  references(
    users,
    (user) => user.name,
    names,
    (name) => name,
  ),
).toEqualTypeOf<CheckResult>();
expectTypeOf(
  references(
    users,
    (user) => user.id,
    live,
    (user) => user.id,
  ),
).toEqualTypeOf<Promise<CheckResult>>();
// @ts-expect-error no such column
notNull(users, "nmae");
// @ts-expect-error other things than what is compared
inRange(users, (user) => user.id, { min: "1" });
// @ts-expect-error no duration
fresh(users, (user) => user.seen, { within: "a day" });

const extract = (): Users => [];
const count = (all: Users): Total => all.length;

const whole = pipeline({
  name: "whole",
  tasks: [extract, count],
  checks: [some, few, known],
  resources: [Db],
});
// What no task reads is returned, whoever checks it; what checks take must be given.
const run = await whole.run({ executor, params: { limit: 3 } });
expectTypeOf(run.datasets).toEqualTypeOf<{ readonly total: Total }>();
// @ts-expect-error a check takes a parameter
await whole.run({ executor });
const results = pipeline({ name: "results", tasks: { extract }, checks: [some] });
expectTypeOf((await results.run({ executor })).datasets).toEqualTypeOf<{ readonly users: Users }>();
const Wrong = resource("db", { open: () => ({ count: (): string => "" }) });
// @ts-expect-error not what a check takes
pipeline({ name: "wrong", tasks: [extract], checks: [known], resources: [Wrong] });

const plain = (all: Users): boolean => all.length > 0;
const listed = [some, few];
pipeline({ name: "listed", tasks: [extract], checks: listed });
pipeline({ name: "spread", tasks: [extract], checks: [...listed, known], resources: [Db] });
// @ts-expect-error check() has not made it
pipeline({ name: "plain", tasks: [extract], checks: [some, plain] });

// A test gives what checks read, and their resources.
const rated = check(
  "rated",
  (all: Users, rates: Rates, db: Db) => all.length === rates.length && db !== undefined,
);
const tested = pipeline({ name: "tested", tasks: [extract, count], checks: [rated], resources: [Db] });
const test = await testPipeline(tested, {
  given: { rates: [{ at: "now" }] },
  resources: { db: { count: async () => 1 } },
});
expectTypeOf(test.datasets).toEqualTypeOf<{ readonly total: Total }>();
// @ts-expect-error no such dataset
await testPipeline(tested, { given: { rate: [] } });
