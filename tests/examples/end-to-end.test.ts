/** Every example, as its reader builds and runs it. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Manifest } from "@glacier-ts/core";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const inExample = (example: string, path: string) => `${root}/examples/${example}/${path}`;

interface Example {
  readonly manifest: Manifest;
  readonly stdout: string;
}

/** @throws when the build or the run fails, with what it printed */
function buildAndRun(example: string, nodeOptions: readonly string[] = []): Example {
  for (const path of ["dist", "out", ".glacier", "glacier.manifest.json"])
    rmSync(inExample(example, path), { recursive: true, force: true });
  expect(runCommand("npx", "tspc", "-p", `examples/${example}`)).toBe("");
  const stdout = runCommand("npx", "node", ...nodeOptions, `examples/${example}/dist/main.js`);
  return { manifest: JSON.parse(readFileSync(inExample(example, "glacier.manifest.json"), "utf8")), stdout };
}

function runCommand(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit status ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** Each edge as `from dataset to`; all tasks of the examples are in one file. */
function edgesOf({ manifest }: Example, pipeline: string): string[] {
  const edges = manifest.pipelines[`src/pipeline.ts#${pipeline}`]?.edges ?? [];
  return edges.map(({ from, to, dataset }) => `${from} ${dataset} ${to}`.replaceAll("src/tasks.ts#", ""));
}

/** The names of a pipeline's tasks, and of the datasets that it does not produce. */
function partsOf({ manifest }: Example, pipeline: string) {
  const { tasks, external } = manifest.pipelines[`src/pipeline.ts#${pipeline}`] ?? {};
  return { tasks: tasks?.map(({ task }) => manifest.tasks[task]?.name).toSorted(), external };
}

describe("simple-pipeline", () => {
  let example: Example;
  beforeAll(() => {
    example = buildAndRun("simple-pipeline");
  });

  it("has these edges", () => {
    expect(Object.keys(example.manifest.pipelines)).toEqual(["src/pipeline.ts#analytics"]);
    expect(partsOf(example, "analytics")).toEqual({ tasks: ["clean", "extract", "summarise"], external: [] });
    expect(edgesOf(example, "analytics")).toEqual(["clean clean_users summarise", "extract raw_users clean"]);
  });

  it("has its options in the manifest", () => {
    const { tasks, datasets } = example.manifest;
    expect(tasks["src/tasks.ts#clean"]).toMatchObject({
      compute: { kind: "serverless", memory: 1024, timeout: "5m" },
      retries: 3,
    });
    expect(tasks["src/tasks.ts#summarise"]?.compute).toEqual({
      kind: "container",
      image: "analytics:1",
      cpu: 4,
      memory: 8192,
    });
    expect(datasets.clean_users?.storage).toEqual({ kind: "file", path: "out/clean-users.csv" });
    expect(datasets.raw_users?.storage).toBeUndefined();
  });

  it("draws itself and prints the metrics", () => {
    for (const task of ["extract", "clean", "summarise"]) expect(example.stdout).toContain(task);
    expect(example.stdout.trimEnd().split("\n").at(-1)).toBe("3 users, 54 years old on average");
  });

  it("stores the clean users", () => {
    const csv = readFileSync(inExample("simple-pipeline", "out/clean-users.csv"), "utf8");
    expect(csv.trimEnd().split(/\r?\n/)).toEqual([
      "id,name,age",
      "1,Ada Lovelace,36",
      "2,Alan Turing,41",
      "4,Grace Hopper,85",
    ]);
  });
});

describe("complex-dag", () => {
  let example: Example;
  beforeAll(() => {
    example = buildAndRun("complex-dag");
  });

  it("has these edges", () => {
    expect(Object.keys(example.manifest.pipelines)).toEqual(["src/pipeline.ts#sales"]);
    expect(partsOf(example, "sales")).toEqual({
      tasks: [
        "cleanCustomers",
        "cleanOrders",
        "findAlerts",
        "joinCustomers",
        "openTickets",
        "revenueByCountry",
        "revenueByCustomer",
        "revenueByMonth",
        "writeReport",
      ],
      external: ["raw_customers", "raw_orders"],
    });
    expect(edgesOf(example, "sales")).toEqual([
      "cleanCustomers customers joinCustomers",
      "cleanOrders orders joinCustomers",
      "findAlerts alerts openTickets",
      "findAlerts alerts writeReport",
      "joinCustomers purchases findAlerts",
      "joinCustomers purchases revenueByCountry",
      "joinCustomers purchases revenueByCustomer",
      "joinCustomers purchases revenueByMonth",
      "joinCustomers orphan_orders writeReport",
      "revenueByCountry revenue_by_country writeReport",
      "revenueByCustomer revenue_by_customer writeReport",
      "revenueByMonth revenue_by_month writeReport",
    ]);
  });

  it("says what may be null, and where each dataset is in the tuple", () => {
    const { tasks } = example.manifest;
    expect(tasks["src/tasks.ts#findAlerts"]?.outputs).toEqual([
      { dataset: "alerts", path: "", nullable: true },
    ]);
    expect(tasks["src/tasks.ts#joinCustomers"]?.outputs).toEqual([
      { dataset: "purchases", path: "/0" },
      { dataset: "orphan_orders", path: "/1" },
    ]);
    const nullable = (task: string) =>
      tasks[`src/tasks.ts#${task}`]?.inputs.filter((input) => input.nullable).map(({ dataset }) => dataset);
    expect(nullable("writeReport")).toEqual(["alerts"]);
    expect(nullable("openTickets")).toEqual([]);
  });

  it("draws itself and prints the report, without the tickets", () => {
    for (const task of ["cleanOrders", "joinCustomers", "openTickets", "writeReport"])
      expect(example.stdout).toContain(task);
    expect(example.stdout).toMatch(/'NO'\W+4\W+345999\D/);
    expect(example.stdout).toMatch(/'NL'\W+2\W+515075\D/);
    expect(example.stdout).toMatch(/'ES'\W+3\W+216801\D/);
    expect(example.stdout).toContain("bestCustomer: 'Delft Lamps'");
    expect(example.stdout.trimEnd().split("\n").at(-1)).toBe("No tickets: no purchase was large enough.");
  });

  it("stores the report", () => {
    expect(JSON.parse(readFileSync(inExample("complex-dag", "out/report.json"), "utf8"))).toEqual({
      orders: 9,
      cents: 1_077_875,
      orphanOrders: 1,
      bestCountry: "NL",
      bestMonth: "2026-03",
      bestCustomer: "Delft Lamps",
      alerts: 0,
    });
  });
});

describe("flights", () => {
  let example: Example;
  beforeAll(() => {
    // Three million rows have to fit in two gigabytes.
    example = buildAndRun("flights", ["--max-old-space-size=2048"]);
  });

  it("has these edges", () => {
    expect(Object.keys(example.manifest.pipelines)).toEqual(["src/pipeline.ts#delays"]);
    expect(partsOf(example, "delays")).toEqual({
      tasks: [
        "cleanAirports",
        "cleanFlights",
        "delaysByAirport",
        "delaysByHour",
        "delaysByRoute",
        "delaysByState",
        "findUnknownAirports",
        "rankDelays",
        "tallyAirports",
        "writeReport",
      ],
      external: ["raw_airports", "raw_flights"],
    });
    expect(edgesOf(example, "delays")).toEqual([
      "cleanAirports airports delaysByAirport",
      "cleanAirports airports delaysByState",
      "cleanAirports airports findUnknownAirports",
      "cleanFlights flights delaysByHour",
      "cleanFlights flights delaysByRoute",
      "cleanFlights flights tallyAirports",
      "cleanFlights rejected_flights writeReport",
      "delaysByAirport delays_by_airport rankDelays",
      "delaysByHour delays_by_hour writeReport",
      "delaysByRoute delays_by_route rankDelays",
      "delaysByState delays_by_state rankDelays",
      "findUnknownAirports unknown_airports writeReport",
      "rankDelays rankings writeReport",
      "tallyAirports airport_tallies delaysByAirport",
      "tallyAirports airport_tallies delaysByState",
      "tallyAirports airport_tallies findUnknownAirports",
      "tallyAirports airport_tallies writeReport",
    ]);
  });

  it("knows the context and the outputs by name", () => {
    expect(example.manifest.tasks["src/tasks.ts#cleanFlights"]).toMatchObject({
      inputs: [{ parameter: "rawFlights", position: 0, dataset: "raw_flights" }],
      context: 1,
      outputs: [
        { dataset: "flights", path: "/flights" },
        { dataset: "rejected_flights", path: "/rejected" },
      ],
    });
  });

  it("reports what SQL finds in the same three million rows", () => {
    expect(JSON.parse(readFileSync(inExample("flights", "out/report.json"), "utf8"))).toEqual({
      total: delays(2_999_965, 6.65, 20.89),
      rejectedFlights: 35,
      unknownAirports: ["MQT"],
      bestHour: { hour: 5, ...delays(38_442, -3.81, 4.56) },
      worstHour: { hour: 0, ...delays(10_342, 42.74, 46.63) },
      worstAirports: [
        { iata: "BGR", city: "Bangor", state: "ME", ...delays(1562, 16.57, 33.1) },
        { iata: "SBP", city: "San Luis Obispo", state: "CA", ...delays(1186, 14.42, 31.2) },
        { iata: "JNU", city: "Juneau", state: "AK", ...delays(1981, 14.1, 25.04) },
        { iata: "MRY", city: "Monterey", state: "CA", ...delays(1152, 12.94, 32.99) },
        { iata: "JFK", city: "New York", state: "NY", ...delays(31_270, 12.31, 30.59) },
      ],
      worstStates: [
        { state: "CO", ...delays(74_464, 10.61, 24.2) },
        { state: "ME", ...delays(6088, 10.04, 25.56) },
        { state: "AK", ...delays(19_853, 9.61, 21.32) },
        { state: "AZ", ...delays(102_941, 9.26, 24.52) },
        { state: "WA", ...delays(57_035, 9.23, 25.15) },
      ],
      worstRoutes: [
        { origin: "BOS", destination: "JFK", ...delays(1918, 28.44, 48.38) },
        { origin: "BOS", destination: "BGR", ...delays(1411, 23.37, 46.49) },
        { origin: "JFK", destination: "BOS", ...delays(1912, 21.99, 37.87) },
        { origin: "JFK", destination: "DCA", ...delays(1755, 19.57, 39.66) },
        { origin: "BOS", destination: "PWM", ...delays(1027, 19.31, 40.02) },
      ],
    });
  });

  it("draws itself, tells what it does and prints the report", () => {
    const { stdout } = example;
    for (const task of ["cleanFlights", "tallyAirports", "rankDelays", "writeReport"])
      expect(stdout).toMatch(new RegExp(`^ran +${task} in \\d+ ms$`, "m"));
    expect(stdout).toMatch(/^read +raw_flights: 3000000 rows in \d+ ms$/m);
    expect(stdout).toContain("35 of 3000000 flights have a delay that cannot be believed");
    expect(stdout).toContain("2999965 flights, 6.65 minutes late on average, 20.89 % of them late.");
    expect(stdout).toContain("Airports without a place: MQT.");
    expect(stdout).toMatch(/'BGR'\W+'Bangor'\W+'ME'\W+1562\W+16\.57\W+33\.1\D/);
    expect(stdout).toMatch(/'BOS'\W+'JFK'\W+1918\W+28\.44\W+48\.38\D/);
  });

  it("stores tables that can be opened", () => {
    const lines = readFileSync(inExample("flights", "out/delays-by-airport.csv"), "utf8")
      .trimEnd()
      .split(/\r?\n/);
    expect(lines).toHaveLength(1 + 229);
    expect(lines[0]?.split(",").toSorted()).toEqual([
      "averageDelay",
      "city",
      "flights",
      "iata",
      "latePercent",
      "state",
    ]);
    const rejected = readFileSync(inExample("flights", "out/rejected-flights.csv"), "utf8");
    expect(rejected.trimEnd().split(/\r?\n/)).toHaveLength(1 + 35);
    const parquet = readFileSync(inExample("flights", "out/delays-by-hour.parquet"));
    expect([parquet.subarray(0, 4), parquet.subarray(-4)].map(String)).toEqual(["PAR1", "PAR1"]);
  });
});

function delays(flights: number, averageDelay: number, latePercent: number) {
  return { flights, averageDelay, latePercent };
}
