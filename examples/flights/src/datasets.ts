import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

/** A flight as the file has it: the four of its five columns that this pipeline reads. */
export interface RawFlight {
  /** When it left. The clock of the airport of departure, written as if it were UTC. */
  date: Date;
  /** Minutes after the scheduled arrival; negative when early. */
  delay: number;
  /** Airport code, as in DTW. */
  origin: string;
  destination: string;
}

/** An airport as the file has it; `NA` stands for a city or state that is not known. */
export interface RawAirport {
  iata: string;
  name: string;
  city: string;
  state: string;
}

/** What the statistics need of a flight. */
export interface Flight {
  origin: string;
  destination: string;
  /** Hour of the day in which it left, 0 to 23. */
  hour: number;
  /** Minutes after the scheduled arrival. */
  delay: number;
}

/** Whole numbers, so that tallies of parts add up to the tally of the whole. */
export interface Tally {
  flights: number;
  /** Flights that were at least 15 minutes late. */
  late: number;
  /** Sum of all delays, the negative ones of early flights included. */
  delayMinutes: number;
}

export interface AirportTally extends Tally {
  iata: string;
}

export interface Delays {
  flights: number;
  /** Minutes. */
  averageDelay: number;
  /** Percent of the flights that were at least 15 minutes late. */
  latePercent: number;
}

export interface AirportDelays extends Delays {
  iata: string;
  /** Null for an airport that the list of airports does not place. */
  city: string | null;
  state: string | null;
}

export interface StateDelays extends Delays {
  state: string;
}

export interface HourDelays extends Delays {
  hour: number;
}

export interface RouteDelays extends Delays {
  origin: string;
  destination: string;
}

/** Three million flights inside the United States, January to June 2001; cancelled ones are not among them. */
export const RawFlights = dataset("raw_flights", {
  storage: file({ package: "vega-datasets", path: "data/flights-3m.parquet" }),
}).of<RawFlight[]>();
export type RawFlights = Dataset.Of<typeof RawFlights>;

/** Airports of the United States. */
export const RawAirports = dataset("raw_airports", {
  storage: file({ package: "vega-datasets", path: "data/airports.csv" }),
}).of<RawAirport[]>();
export type RawAirports = Dataset.Of<typeof RawAirports>;

/** Flights whose delay can be believed. */
export type Flights = Dataset<"flights", Flight[]>;

/** Flights whose delay cannot be believed, as they were. */
export const RejectedFlights = dataset("rejected_flights", {
  storage: file({ path: "out/rejected-flights.csv" }),
}).of<RawFlight[]>();
export type RejectedFlights = Dataset.Of<typeof RejectedFlights>;

/** Airports whose city and state are known. */
export type Airports = Dataset<"airports", RawAirport[]>;

/** By airport of departure. */
export type AirportTallies = Dataset<"airport_tallies", AirportTally[]>;

/** By airport of departure; the longest average delay first. */
export const DelaysByAirport = dataset("delays_by_airport", {
  storage: file({ path: "out/delays-by-airport.csv" }),
}).of<AirportDelays[]>();
export type DelaysByAirport = Dataset.Of<typeof DelaysByAirport>;

/** By state of departure; the longest average delay first. */
export type DelaysByState = Dataset<"delays_by_state", StateDelays[]>;

/** By hour of departure, from 0. */
export const DelaysByHour = dataset("delays_by_hour", {
  storage: file({ path: "out/delays-by-hour.parquet" }),
}).of<HourDelays[]>();
export type DelaysByHour = Dataset.Of<typeof DelaysByHour>;

/** By airports of departure and arrival; the longest average delay first. */
export type DelaysByRoute = Dataset<"delays_by_route", RouteDelays[]>;

/** Codes of airports that flights leave from and that the list of airports does not place. */
export type UnknownAirports = Dataset<"unknown_airports", string[]>;

/** The airports, states and routes with the longest average delays, among those with enough flights to compare. */
export type Rankings = Dataset<
  "rankings",
  { airports: AirportDelays[]; states: StateDelays[]; routes: RouteDelays[] }
>;

/** Everything that is worth printing. */
export const Report = dataset("report", { storage: file({ path: "out/report.json" }) }).of<{
  total: Delays;
  rejectedFlights: number;
  unknownAirports: string[];
  bestHour: HourDelays | null;
  worstHour: HourDelays | null;
  worstAirports: AirportDelays[];
  worstStates: StateDelays[];
  worstRoutes: RouteDelays[];
}>();
export type Report = Dataset.Of<typeof Report>;
