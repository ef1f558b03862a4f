import type { RunEvent } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { delays } from "./pipeline.js";

console.log(delays.visualize());

const run = await delays.run({ executor: new LocalExecutor(), onEvent: printProgress });

const { report } = run.datasets;
const { flights, averageDelay, latePercent } = report.total;
console.log(`\n${flights} flights, ${averageDelay} minutes late on average, ${latePercent} % of them late.`);
console.log(`${report.rejectedFlights} flights were left out: their delays cannot be believed.`);
console.log(`Airports without a place: ${report.unknownAirports.join(", ") || "none"}.`);
console.log("\nBest and worst hour of departure");
console.table([report.bestHour, report.worstHour]);
console.log("\nLongest average delays by airport, state and route of departure");
console.table(report.worstAirports);
console.table(report.worstStates);
console.table(report.worstRoutes);

/** One line for each thing that was done; other events are for tools. */
function printProgress(event: RunEvent): void {
  switch (event.type) {
    case "dataset-loaded":
      console.log(`read  ${event.dataset}: ${event.rows} rows in ${Math.round(event.durationMs)} ms`);
      break;
    case "task-succeeded":
      console.log(`ran   ${event.task.replace(/.*#/, "")} in ${Math.round(event.durationMs)} ms`);
      break;
    case "task-logged":
      console.log(`      ${event.message}`);
      break;
    case "dataset-stored":
      console.log(`wrote ${event.dataset}: ${event.place}`);
      break;
  }
}
