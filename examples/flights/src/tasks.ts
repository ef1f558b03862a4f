import { type TaskContext, task } from "@glacier-ts/core";
import type {
  Airports,
  AirportTallies,
  Delays,
  DelaysByAirport,
  DelaysByHour,
  DelaysByRoute,
  DelaysByState,
  Flight,
  Flights,
  Rankings,
  RawAirports,
  RawFlights,
  RejectedFlights,
  Report,
  Tally,
  UnknownAirports,
} from "./datasets.js";

/** No airline arrives two hours early: such a flight's date or clock is wrong. */
const earliestMinutes = -120;
/** A delay of about a day is mostly a date that is off by one: 25 are of one flight at midnight, PHX to DTW. */
const latestMinutes = 23 * 60;
/** From here on the Department of Transportation calls a flight late. */
const lateMinutes = 15;
/** Groups with fewer flights than this are left out of the rankings. */
const enoughFlights = 1_000;
const rankingLength = 5;

/** Parts the flights into those whose delay can be believed and those whose delay cannot. */
export function cleanFlights(
  rawFlights: RawFlights,
  context: TaskContext,
): { flights: Flights; rejected: RejectedFlights } {
  const flights: Flights = [];
  const rejected: RejectedFlights = [];
  for (const flight of rawFlights) {
    const { date, delay, origin, destination } = flight;
    if (delay <= earliestMinutes || delay >= latestMinutes) rejected.push(flight);
    // Local time is stored as if it were UTC, so this is the hour on the clock of the airport.
    else flights.push({ origin, destination, hour: date.getUTCHours(), delay });
  }
  context.log(`${rejected.length} of ${rawFlights.length} flights have a delay that cannot be believed`);
  return { flights, rejected };
}

/** Leaves out the airports that the list does not place. */
export function cleanAirports(airports: RawAirports): Airports {
  return airports.filter((airport) => airport.city !== "NA" && airport.state !== "NA");
}

/** Counts flights and delays by airport of departure. */
export function tallyAirports(flights: Flights): AirportTallies {
  return Array.from(
    tallyBy(flights, (flight) => flight.origin),
    ([iata, tally]) => ({ iata, ...tally }),
  );
}

/** Gives each airport's delays its city and state. */
export function delaysByAirport(tallies: AirportTallies, airports: Airports): DelaysByAirport {
  const airportByCode = new Map(airports.map((airport) => [airport.iata, airport]));
  return tallies
    .map((tally) => {
      const airport = airportByCode.get(tally.iata);
      return {
        iata: tally.iata,
        city: airport?.city ?? null,
        state: airport?.state ?? null,
        ...delaysOf(tally),
      };
    })
    .sort(byAverageDelay);
}

/** Sums airports up by state; airports that the list does not place are in no state. */
export function delaysByState(tallies: AirportTallies, airports: Airports): DelaysByState {
  const stateByCode = new Map(airports.map((airport) => [airport.iata, airport.state]));
  const states = new Map<string, Tally>();
  for (const tally of tallies) {
    const state = stateByCode.get(tally.iata);
    if (state !== undefined) add(tallyIn(states, state), tally);
  }
  return Array.from(states, ([state, tally]) => ({ state, ...delaysOf(tally) })).sort(byAverageDelay);
}

export function delaysByHour(flights: Flights): DelaysByHour {
  return Array.from(
    tallyBy(flights, (flight) => flight.hour),
    ([hour, tally]) => ({ hour, ...delaysOf(tally) }),
  ).sort((a, b) => a.hour - b.hour);
}

export function delaysByRoute(flights: Flights): DelaysByRoute {
  return Array.from(
    tallyBy(flights, (flight) => `${flight.origin}-${flight.destination}`),
    ([route, tally]) => {
      const [origin = "", destination = ""] = route.split("-");
      return { origin, destination, ...delaysOf(tally) };
    },
  ).sort(byAverageDelay);
}

/** Finds airports that the list does not place; null, so nothing, when it places all of them. */
export function findUnknownAirports(tallies: AirportTallies, airports: Airports): UnknownAirports | null {
  const known = new Set(airports.map((airport) => airport.iata));
  const unknown = tallies.map((tally) => tally.iata).filter((iata) => !known.has(iata));
  return unknown.length > 0 ? unknown.sort() : null;
}

export function rankDelays(
  airports: DelaysByAirport,
  states: DelaysByState,
  routes: DelaysByRoute,
): Rankings {
  return { airports: worst(airports), states: worst(states), routes: worst(routes) };
}

/** Brings everything together. */
export const writeReport = task(
  { tags: ["report"] },
  (
    tallies: AirportTallies,
    rejected: RejectedFlights,
    hours: DelaysByHour,
    rankings: Rankings,
    unknownAirports: UnknownAirports | null,
  ): Report => {
    const total = emptyTally();
    for (const tally of tallies) add(total, tally);
    const comparable = hours.filter((hour) => hour.flights >= enoughFlights).sort(byAverageDelay);
    return {
      total: delaysOf(total),
      rejectedFlights: rejected.length,
      unknownAirports: unknownAirports ?? [],
      bestHour: comparable.at(-1) ?? null,
      worstHour: comparable[0] ?? null,
      worstAirports: rankings.airports,
      worstStates: rankings.states,
      worstRoutes: rankings.routes,
    };
  },
);

function emptyTally(): Tally {
  return { flights: 0, late: 0, delayMinutes: 0 };
}

/** The tally of a group, made when the group is new. */
function tallyIn<Key>(tallies: Map<Key, Tally>, key: Key): Tally {
  const known = tallies.get(key);
  if (known) return known;
  const tally = emptyTally();
  tallies.set(key, tally);
  return tally;
}

/** Tallies flights by group in one pass. */
function tallyBy<Key>(flights: readonly Flight[], keyOf: (flight: Flight) => Key): Map<Key, Tally> {
  const tallies = new Map<Key, Tally>();
  for (const flight of flights) {
    const tally = tallyIn(tallies, keyOf(flight));
    tally.flights += 1;
    tally.delayMinutes += flight.delay;
    if (flight.delay >= lateMinutes) tally.late += 1;
  }
  return tallies;
}

function add(sum: Tally, part: Tally): void {
  sum.flights += part.flights;
  sum.late += part.late;
  sum.delayMinutes += part.delayMinutes;
}

function delaysOf({ flights, late, delayMinutes }: Tally): Delays {
  if (flights === 0) return { flights, averageDelay: 0, latePercent: 0 };
  return {
    flights,
    averageDelay: hundredths(delayMinutes / flights),
    latePercent: hundredths((100 * late) / flights),
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The longest average delay first. */
function byAverageDelay(a: Delays, b: Delays): number {
  return b.averageDelay - a.averageDelay;
}

/** The first of those that have enough flights. */
function worst<Group extends Delays>(groups: readonly Group[]): Group[] {
  return groups.filter((group) => group.flights >= enoughFlights).slice(0, rankingLength);
}
