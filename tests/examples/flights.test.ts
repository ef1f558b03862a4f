import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { TaskContext } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import type { Flight, RawAirport, RawFlight } from "../../examples/flights/src/datasets.js";
import * as tasks from "../../examples/flights/src/tasks.js";

const context: TaskContext = {
  signal: new AbortController().signal,
  attempt: 1,
  log: logTo(() => {}),
  progress() {},
};
const dtw: RawAirport = { iata: "DTW", name: "Detroit Metropolitan", city: "Detroit", state: "MI" };
const lan: RawAirport = { iata: "LAN", name: "Capital City", city: "Lansing", state: "MI" };
const phx: RawAirport = { iata: "PHX", name: "Sky Harbor", city: "Phoenix", state: "AZ" };

function logTo(write: (line: string) => void): TaskContext["log"] {
  return Object.assign(write, { debug: write, info: write, warn: write, error: write });
}

function rawFlight(delay: number, date = "2001-02-03T10:00:00Z"): RawFlight {
  return { date: new Date(date), delay, origin: "PHX", destination: "DTW" };
}

function flightsOf(count: number, delay: number, origin = "PHX", hour = 10): Flight[] {
  return Array.from({ length: count }, () => ({ origin, destination: "DTW", hour, delay }));
}

describe("cleanFlights", () => {
  it("rejects delays of a day, and flights two hours early", () => {
    const believed = [-119, 0, 14, 1379].map((delay) => rawFlight(delay));
    const absurd = [-1116, -120, 1380, 1447].map((delay) => rawFlight(delay));
    const { flights, rejected } = tasks.cleanFlights([...absurd, ...believed], context);
    expect(rejected).toEqual(absurd);
    expect(flights.map((flight) => flight.delay)).toEqual([-119, 0, 14, 1379]);
  });

  it("keeps what the statistics need, with the hour of departure", () => {
    const raw = [rawFlight(33, "2001-01-01T00:00:00Z"), rawFlight(-5, "2001-06-30T23:59:00Z")];
    expect(tasks.cleanFlights(raw, context).flights).toEqual([
      { origin: "PHX", destination: "DTW", hour: 0, delay: 33 },
      { origin: "PHX", destination: "DTW", hour: 23, delay: -5 },
    ]);
  });

  it("logs how many it rejected", () => {
    const lines: string[] = [];
    tasks.cleanFlights([rawFlight(1), rawFlight(2000)], {
      ...context,
      log: logTo((line) => lines.push(line)),
    });
    expect(lines).toEqual(["1 of 2 flights have a delay that cannot be believed"]);
  });
});

it("cleanAirports leaves out those whose city or state is not known", () => {
  const unplaced = { ...lan, iata: "MQT", city: "NA", state: "NA" };
  expect(tasks.cleanAirports([dtw, unplaced, phx])).toEqual([dtw, phx]);
});

it("tallyAirports counts by airport of departure; 15 minutes are late, 14 are not", () => {
  const flights = [...flightsOf(2, 14), ...flightsOf(1, -20, "DTW"), ...flightsOf(3, 15)];
  expect(tasks.tallyAirports(flights)).toEqual([
    { iata: "PHX", flights: 5, late: 3, delayMinutes: 73 },
    { iata: "DTW", flights: 1, late: 0, delayMinutes: -20 },
  ]);
});

describe("delays by airport and state", () => {
  const tallies = [
    { iata: "DTW", flights: 3, late: 1, delayMinutes: 20 },
    { iata: "XXX", flights: 7, late: 0, delayMinutes: -7 },
    { iata: "PHX", flights: 2, late: 1, delayMinutes: 15 },
    { iata: "LAN", flights: 1, late: 0, delayMinutes: 0 },
  ];

  it("joins airports with their places, and keeps those that have none", () => {
    expect(tasks.delaysByAirport(tallies, [phx, lan, dtw])).toEqual([
      { iata: "PHX", city: "Phoenix", state: "AZ", flights: 2, averageDelay: 7.5, latePercent: 50 },
      { iata: "DTW", city: "Detroit", state: "MI", flights: 3, averageDelay: 6.67, latePercent: 33.33 },
      { iata: "LAN", city: "Lansing", state: "MI", flights: 1, averageDelay: 0, latePercent: 0 },
      { iata: "XXX", city: null, state: null, flights: 7, averageDelay: -1, latePercent: 0 },
    ]);
  });

  it("weighs a state's airports by their flights", () => {
    expect(tasks.delaysByState(tallies, [phx, lan, dtw])).toEqual([
      { state: "AZ", flights: 2, averageDelay: 7.5, latePercent: 50 },
      { state: "MI", flights: 4, averageDelay: 5, latePercent: 25 },
    ]);
  });

  it("finds the airports without a place, or nothing", () => {
    expect(tasks.findUnknownAirports(tallies, [phx])).toEqual(["DTW", "LAN", "XXX"]);
    expect(tasks.findUnknownAirports(tallies.slice(2), [phx, lan, dtw])).toBeNull();
    expect(tasks.findUnknownAirports([], [])).toBeNull();
  });
});

describe("writeReport", () => {
  const delays = { flights: 1000, averageDelay: 1, latePercent: 0 };
  const hours = [
    { ...delays, hour: 3, flights: 999, averageDelay: 105 },
    { ...delays, hour: 5, averageDelay: -4 },
    { ...delays, hour: 6, averageDelay: 3 },
  ];

  it("compares groups of at least 1,000 flights, and five of a kind", () => {
    const airports = [999, 1000, 1001, 2000, 2001, 2002, 2003].map((flights) => ({
      ...delays,
      iata: `A${flights}`,
      city: null,
      state: null,
      flights,
    }));
    const rankings = tasks.rankDelays(airports, [{ ...delays, state: "MI" }], []);
    expect(rankings.airports.map((airport) => airport.flights)).toEqual([1000, 1001, 2000, 2001, 2002]);
    expect(rankings.states).toHaveLength(1);

    const tallies = [
      { iata: "DTW", flights: 3, late: 2, delayMinutes: 20 },
      { iata: "LAN", flights: 1, late: 0, delayMinutes: -5 },
    ];
    expect(tasks.writeReport(tallies, [rawFlight(1500)], hours, rankings, ["LAN"])).toEqual({
      total: { flights: 4, averageDelay: 3.75, latePercent: 50 },
      rejectedFlights: 1,
      unknownAirports: ["LAN"],
      bestHour: hours[1],
      worstHour: hours[2],
      worstAirports: rankings.airports,
      worstStates: rankings.states,
      worstRoutes: [],
    });
  });

  it("does without flights", () => {
    const nothing = tasks.rankDelays([], [], []);
    expect(tasks.writeReport([], [], [], nothing, null)).toEqual({
      total: { flights: 0, averageDelay: 0, latePercent: 0 },
      rejectedFlights: 0,
      unknownAirports: [],
      bestHour: null,
      worstHour: null,
      worstAirports: [],
      worstStates: [],
      worstRoutes: [],
    });
  });
});

describe("statistics of 20,000 real flights are those that SQL finds", () => {
  const rows: { date: string; delay: number; origin: string; destination: string }[] = JSON.parse(
    readFileSync(new URL("../../node_modules/vega-datasets/data/flights-20k.json", import.meta.url), "utf8"),
  );
  // Two absurd rows, so that there is something to reject.
  for (const delay of [1440, -953])
    rows.push({ date: "2001/02/03 23:59", delay, origin: "PHX", destination: "DTW" });
  const raw: RawFlight[] = rows.map(({ date, delay, origin, destination }) => ({
    date: new Date(`${date.replaceAll("/", "-").replace(" ", "T")}Z`),
    delay,
    origin,
    destination,
  }));
  const airports = [dtw, lan, phx];
  const { flights, rejected } = tasks.cleanFlights(raw, context);
  const tallies = tasks.tallyAirports(flights);

  const database = new DatabaseSync(":memory:");
  database.exec(`
    create table flights (date text, delay integer, origin text, destination text);
    create table airports (iata text, city text, state text);
    create view believed as select * from flights where delay > -120 and delay < 1380;
  `);
  const insertFlight = database.prepare("insert into flights values (?, ?, ?, ?)");
  for (const row of rows) insertFlight.run(row.date, row.delay, row.origin, row.destination);
  const insertAirport = database.prepare("insert into airports values (?, ?, ?)");
  for (const airport of airports) insertAirport.run(airport.iata, airport.city, airport.state);

  // Halves are rounded up, as Math.round() does; SQL's round() goes away from zero.
  const hundredths = (value: string) => `floor(100 * (${value}) + 0.5) / 100`;
  const delays = `count(*) as flights, ${hundredths("avg(delay)")} as averageDelay,
    ${hundredths("100.0 * sum(delay >= 15) / count(*)")} as latePercent`;
  const query = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  const sorted = (groups: readonly object[]) => groups.map((group) => JSON.stringify(sortKeys(group))).sort();
  const sortKeys = (group: object) => Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1));

  it("in total", () => {
    const found = query(`select ${delays} from believed`)[0];
    const rankings = tasks.rankDelays([], [], []);
    expect(tasks.writeReport(tallies, rejected, [], rankings, null)).toMatchObject({
      total: found,
      rejectedFlights: 2,
    });
    expect(found).toMatchObject({ flights: 20_000 });
  });

  it("by airport", () => {
    const found = query(`select origin as iata, city, state, ${delays} from believed
      left join airports on iata = origin group by origin`);
    expect(found.length).toBeGreaterThan(200);
    expect(sorted(tasks.delaysByAirport(tallies, airports))).toEqual(sorted(found));
  });

  it("by state", () => {
    const found = query(
      `select state, ${delays} from believed join airports on iata = origin group by state`,
    );
    expect(found).toHaveLength(2);
    expect(sorted(tasks.delaysByState(tallies, airports))).toEqual(sorted(found));
  });

  it("by hour", () => {
    const found = query(`select cast(substr(date, 12, 2) as integer) as hour, ${delays} from believed
      group by hour order by hour`);
    expect(found.length).toBeGreaterThan(20);
    expect(tasks.delaysByHour(flights)).toEqual(found);
  });

  it("by route, the longest average delay first", () => {
    const found = query(`select origin, destination, ${delays} from believed group by origin, destination`);
    const routes = tasks.delaysByRoute(flights);
    expect(found.length).toBeGreaterThan(2000);
    expect(sorted(routes)).toEqual(sorted(found));
    const averages = routes.map((route) => route.averageDelay);
    expect(averages).toEqual(averages.toSorted((a, b) => b - a));
  });
});
