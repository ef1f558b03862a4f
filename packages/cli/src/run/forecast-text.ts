/** What a run would do with tasks, and why, in words. */
import type { Graph, TaskId } from "@glacier-ts/core";
import { getTask } from "@glacier-ts/core";
import type { Change, Forecast, Staleness } from "@glacier-ts/runtime";
import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import { shortRunId } from "../recorded-run.js";
import { renderTable } from "../table.js";
import { ageText, countText, durationText } from "../units.js";

const words = { "use-again": "use again", run: "run", skip: "skip" } as const;

/** A line for each task, in order of execution, and how many would run. */
export function renderForecast(
  graph: Graph,
  forecasts: ReadonlyMap<TaskId, Forecast>,
  channel: Channel,
): string {
  const rows = graph.order.flatMap((id) => {
    const forecast = forecasts.get(id);
    if (!forecast) return [];
    const word = channel.paint(forecast.does === "run" ? "strong" : "faint", words[forecast.does]);
    return [[escapeText(getTask(graph, id).name), word, escapeText(reasonText(forecast))]];
  });
  const table = renderTable({
    header: ["task", "would", "because"],
    rows,
    channel,
    amounts: [],
    isWhole: true,
  });
  const amount = [...forecasts.values()].filter(({ does }) => does === "run").length;
  return `${table}\n\n${countText(amount, "task")} of ${forecasts.size} would run.`;
}

/** For programs. */
export function forecastJson(forecast: Forecast): object {
  return forecast.does === "use-again" ? { does: forecast.does, from: forecast.result.runId } : forecast;
}

/** Why, on one line. */
export function reasonText(forecast: Forecast): string {
  switch (forecast.does) {
    case "use-again":
      return `nothing has changed since run ${shortRunId(forecast.result.runId)}`;
    case "skip":
      return `'${forecast.dataset}' is null`;
    case "run":
      return stalenessText(forecast.why);
    default:
      return forecast satisfies never;
  }
}

function stalenessText(why: Staleness): string {
  switch (why.reason) {
    case "never-run":
      return "it has not run yet";
    case "changed":
      return why.changes.map(changeText).join("; ");
    case "too-old":
      return `its result is ${ageText(why.ageMs)} old, and may be ${durationText(why.maxAgeMs)} old`;
    case "output-gone":
      return `what it left of '${why.dataset}' is gone or was changed`;
    case "upstream":
      return `${why.tasks.map((task) => `'${task}'`).join(" and ")} would run first`;
    case "unversioned-input":
      return `'${why.dataset}' is a stream or holds what cannot be kept, so nobody knows whether it has changed`;
    case "not-cached":
      return "its results are not to be used again (`cache: false`)";
    case "no-code-version":
      return "its code cannot be followed";
    case "forced":
      return "it was asked for (`--force`)";
    default:
      return why satisfies never;
  }
}

function changeText({ part, name, before, after }: Change): string {
  switch (part) {
    case "code":
      return "its code, or code that it uses, has changed";
    case "input":
      return `its input '${name}' has changed`;
    case "param":
      return `parameter '${name}' was ${before ?? "not given"} and is ${after ?? "not given"}`;
    case "env":
      return `the environment variable ${name} has changed`;
    case "storage":
      return `the storage of '${name}' has changed`;
    default:
      return part satisfies never;
  }
}
