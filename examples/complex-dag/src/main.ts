import { LocalExecutor } from "@glacier-ts/runtime";
import { sales } from "./pipeline.js";

console.log(sales.visualize());
console.log(`Order: ${sales.executionOrder().join(", ")}`);

// The result has the datasets that no task reads: the report and the tickets. Any other one can be asked for.
const run = await sales.run({ executor: new LocalExecutor(), keep: ["revenue_by_country"] });

console.table(run.datasets.revenue_by_country);
console.log(run.datasets.report);
// The tickets' type has a null in it: what needs the alerts is skipped when there are none.
console.log(run.datasets.tickets ?? "No tickets: no purchase was large enough.");
