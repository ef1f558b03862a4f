/** What `run()` asks for when tasks take run parameters. Checked by `npm run typecheck:tests`. */
import { type Dataset, type Executor, type Param, pipeline, type Secret } from "@glacier-ts/core";

type Users = Dataset<"users", string[]>;
declare const executor: Executor;

const extract = (key: Secret<"API_KEY">, limit: Param<"limit", number>): Users => new Array(limit).fill(key);
const sort = (users: Users, order?: Param<"order", "up" | "down">): Dataset<"sorted", string[]> =>
  order === "up" ? users.toSorted() : users.slice();

const required = pipeline({ name: "required", tasks: [extract, sort] });
await required.run({ executor, params: { limit: 10 } });
await required.run({ executor, params: { limit: 10, order: "up" } });
// @ts-expect-error a required parameter is missing
await required.run({ executor });
// @ts-expect-error a required parameter is missing
await required.run({ executor, params: { order: "up" } });
// @ts-expect-error not a number
await required.run({ executor, params: { limit: "10" } });
// @ts-expect-error not one of the texts
await required.run({ executor, params: { limit: 10, order: "sideways" } });
// @ts-expect-error no such parameter
await required.run({ executor, params: { limit: 10, limits: 11 } });

const optional = pipeline({ name: "optional", tasks: [sort] });
await optional.run({ executor });
await optional.run({ executor, params: { order: "down" } });

// A task is called as the function that it is.
const users: Users = extract("key", 3);

export { users };
