/** Which resources fit which tasks. Checked by `npm run typecheck:tests`. */
import { type Dataset, type Executor, pipeline, type Resource, resource } from "@glacier-ts/core";
import { testPipeline } from "@glacier-ts/runtime/testing";
import { expectTypeOf } from "vitest";

/** A class with behaviour and a private part, as drivers have them. */
class Pool {
  readonly #size = 1;
  async query(text: string): Promise<number> {
    return text.length + this.#size;
  }
  async end(): Promise<void> {}
}
interface Queryable {
  query(text: string): Promise<number>;
}
type Users = Dataset<"users", string[]>;
type Total = Dataset<"total", number>;
declare const executor: Executor;

const Db = resource("db", {
  open: async ({ signal }) => {
    signal.aborted satisfies boolean;
    return new Pool();
  },
  close: (pool) => pool.end(),
});
type Db = Resource.Of<typeof Db>;
const Clock = resource("clock", { open: () => (): number => 1 });
type Clock = Resource.Of<typeof Clock>;

expectTypeOf<Db>().toEqualTypeOf<Resource<"db", Pool>>();
// A value is a resource; one resource is not another, and the mark is not seen.
const db: Db = new Pool();
const clock: Clock = () => 2;
expectTypeOf(db.query("a")).resolves.toEqualTypeOf<number>();
expectTypeOf(clock()).toEqualTypeOf<number>();
expectTypeOf<keyof Db>().toEqualTypeOf<"query" | "end">();
// @ts-expect-error another resource
const other: Resource<"replica", Pool> = db;
// @ts-expect-error nothing is opened
resource("nothing", { open: () => undefined });
// @ts-expect-error misspelt
resource("db", { open: () => new Pool(), colse: () => {} });

const extract = (pool: Db): Users => [String(pool)];
const load = async (users: Users, sql: Resource<"db", Queryable>, now?: Clock): Promise<Total> =>
  (await sql.query(users.join())) + (now?.() ?? 0);

const whole = pipeline({ name: "whole", tasks: [extract, load], resources: [Db, Clock] });
const run = await whole.run({ executor });
expectTypeOf(run.datasets).toEqualTypeOf<{ readonly total: Total }>();
pipeline({ name: "module", tasks: { extract, load }, resources: [Db] });
pipeline({ name: "unused", tasks: [(): Users => []], resources: [Db] });

// What is opened must be what each task takes.
const Sql = resource("db", { open: (): Queryable => new Pool() });
pipeline({ name: "part", tasks: [load], resources: [Sql] });
// @ts-expect-error a task takes a whole Pool
pipeline({ name: "lacking", tasks: [extract, load], resources: [Sql] });
const Text = resource("db", { open: () => "postgres://" });
// @ts-expect-error a task takes a Pool
pipeline({ name: "unfit", tasks: [extract], resources: [Clock, Text] });
// @ts-expect-error not a declaration
pipeline({ name: "value", tasks: [extract], resources: [new Pool()] });

await testPipeline(whole, { resources: { db: new Pool(), clock: () => 3 } });
// @ts-expect-error not what all tasks take
await testPipeline(whole, { resources: { db: { query: async () => 1 } } });
// @ts-expect-error no such resource
await testPipeline(whole, { resources: { dbs: new Pool() } });

export { type Clock, other };
