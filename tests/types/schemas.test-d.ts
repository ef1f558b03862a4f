/** Which schemas a dataset can be declared with. Checked by `npm run typecheck:tests`. */
import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
import { type } from "arktype";
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import * as z from "zod";

interface User {
  id: number;
  name: string;
}

// Of a row, or of the payload where that has none.
const zodUser = z.object({ id: z.number().int(), name: z.string().min(1) });
const Users = dataset("users", { storage: file({ path: "users.json" }), schema: zodUser }).of<User[]>();
expectTypeOf<Dataset.Of<typeof Users>>().toEqualTypeOf<Dataset<"users", User[]>>();
dataset("read_only", { schema: zodUser }).of<readonly User[]>();
dataset("stream", { schema: zodUser }).of<AsyncIterable<User>>();
dataset("one", { schema: zodUser }).of<User>();
dataset("tuple", { schema: z.tuple([z.number(), z.string()]) }).of<[number, string]>();
dataset("union", { schema: z.union([zodUser, z.string()]) }).of<(User | string)[]>();
dataset("one_of_two", { schema: z.union([z.array(z.string()), z.array(z.number())]) }).of<
  string[] | number[]
>();
// @ts-expect-error of a row, not of all of them
dataset("rows", { schema: z.array(zodUser) }).of<User[]>();

// Types that are inferred, in each library, brands and all.
const branded = z.object({ mail: z.string().brand<"Mail">(), born: z.date().optional() });
dataset("zod", { schema: branded }).of<z.infer<typeof branded>[]>();
const valibotUser = v.object({ mail: v.pipe(v.string(), v.email()), born: v.optional(v.date()) });
dataset("valibot", { schema: valibotUser }).of<v.InferOutput<typeof valibotUser>[]>();
const arktypeUser = type({ id: "number.integer", "mail?": "string.email", kind: "'a' | 'b'" });
dataset("arktype", { schema: arktypeUser }).of<(typeof arktypeUser.infer)[]>();
dataset("anything", { schema: z.any() }).of<User[]>();

// The row must be what the schema takes.
// @ts-expect-error a text
dataset("text", { schema: z.object({ id: z.string(), name: z.string() }) }).of<User[]>();
const toNumber = z.object({ id: z.string().transform(Number), name: z.string() });
// @ts-expect-error makes a number of a text
dataset("transform", { schema: toNumber }).of<User[]>();
// @ts-expect-error makes a number of a text
dataset("parse", { schema: type({ id: "string.numeric.parse" }) }).of<{ id: number }[]>();
const parsed = v.pipe(v.string(), v.transform(Number));
// @ts-expect-error makes a number of a text
dataset("to_number", { schema: parsed }).of<number[]>();
// @ts-expect-error takes numbers in place of texts
dataset("stream", { schema: z.number() }).of<AsyncIterable<string>>();

// What the schema lets through must be a row.
const wider = z.object({ id: z.union([z.string(), z.number()]), name: z.string() });
// @ts-expect-error also texts
dataset("wider", { schema: wider }).of<User[]>();
// @ts-expect-error does not look at `name`
dataset("lacking", { schema: z.object({ id: z.number() }) }).of<User[]>();
// @ts-expect-error may be nothing
dataset("unknown", { schema: z.unknown() }).of<User>();

// Rows stay as they are, so nothing is filled in or made another type.
// @ts-expect-error `id` may be absent
dataset("default", { schema: z.object({ id: z.number().default(0), name: z.string() }) }).of<User[]>();
// @ts-expect-error `id` may be a text
dataset("coerce", { schema: z.object({ id: z.coerce.number(), name: z.string() }) }).of<User[]>();
// @ts-expect-error `id` may be absent
dataset("fallback", { schema: v.object({ id: v.optional(v.number(), 0) }) }).of<{ id: number }[]>();
// @ts-expect-error `id` may be absent
dataset("arktype_default", { schema: type({ id: "number = 0" }) }).of<{ id: number }[]>();

// @ts-expect-error no schema
dataset("number", { schema: 3 }).of<User[]>();
// @ts-expect-error a function is none
dataset("function", { schema: (user: User) => user.id > 0 }).of<User[]>();
// @ts-expect-error misspelt
dataset("misspelt", { format: "json", shema: zodUser }).of<User[]>();
