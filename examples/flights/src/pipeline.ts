import { pipeline } from "@glacier-ts/core";
import {
  cleanAirports,
  cleanFlights,
  delaysByAirport,
  delaysByHour,
  delaysByRoute,
  delaysByState,
  findUnknownAirports,
  rankDelays,
  tallyAirports,
  writeReport,
} from "./tasks.js";

/** Where, when and on which routes flights were late in the first half of 2001. */
export const delays = pipeline({
  name: "delays",
  tasks: [
    cleanFlights,
    cleanAirports,
    tallyAirports,
    delaysByAirport,
    delaysByState,
    delaysByHour,
    delaysByRoute,
    findUnknownAirports,
    rankDelays,
    writeReport,
  ],
});
