import { LocalExecutor } from "@glacier-ts/runtime";
import { analytics } from "./pipeline.js";

console.log(analytics.visualize());

const run = await analytics.run({ executor: new LocalExecutor() });

// Typed from the signatures: total and averageAge are numbers, and a misspelt dataset does not compile.
const { total, averageAge } = run.datasets.metrics;
console.log(`${total} users, ${averageAge} years old on average`);
