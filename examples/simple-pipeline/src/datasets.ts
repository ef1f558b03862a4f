import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface User {
  id: number;
  name: string;
  age: number;
}

/** Users as the API returns them. A type is enough to declare a dataset; its values pass from task to task. */
export type RawUsers = Dataset<"raw_users", User[]>;

/** Users with a proper name. A value, because there is something to configure: where the dataset is kept. */
export const CleanUsers = dataset("clean_users", {
  storage: file({ path: "out/clean-users.csv" }),
}).of<User[]>();
export type CleanUsers = Dataset.Of<typeof CleanUsers>;

/** How many users there are, and how old they are on average. */
export type Metrics = Dataset<"metrics", { total: number; averageAge: number }>;
