import { compute, task } from "@glacier-ts/core";
import type { CleanUsers, Metrics, RawUsers, User } from "./datasets.js";

/** Gets the users. A plain function is a task: what it returns says which dataset it produces. */
export async function extract(): Promise<RawUsers> {
  return fetchUsers();
}

/** Trims the names and leaves out users that have none. A task with options is still called as a function. */
export const clean = task(
  { compute: compute.serverless({ memory: 1024, timeout: "5m" }), retries: 3 },
  (users: RawUsers): CleanUsers =>
    users.map((user) => ({ ...user, name: user.name.trim() })).filter((user) => user.name !== ""),
);

/** Counts the users and averages their ages; the average of no users is 0. */
export const summarise = task(
  { compute: compute.container({ image: "analytics:1", cpu: 4, memory: 8192 }) },
  (users: CleanUsers): Metrics => {
    const years = users.reduce((sum, user) => sum + user.age, 0);
    return { total: users.length, averageAge: users.length === 0 ? 0 : years / users.length };
  },
);

/** Stands in for a request to an API. */
async function fetchUsers(): Promise<User[]> {
  return [
    { id: 1, name: "  Ada Lovelace", age: 36 },
    { id: 2, name: "Alan Turing ", age: 41 },
    { id: 3, name: "   ", age: 0 },
    { id: 4, name: "Grace Hopper", age: 85 },
  ];
}
