import type { CheckOutcome } from "@glacier-ts/core";
import type { RecordedCheck } from "@glacier-ts/runtime/state";
import type { Channel } from "./channel.js";
import { escapeText } from "./escape.js";
import { shortRunId } from "./recorded-run.js";
import { type Cell, renderTable } from "./table.js";
import { numberText, timeText } from "./units.js";

/** What the checks of a run have found. */
export function checkTable(checks: readonly CheckOutcome[], channel: Channel): string {
  return renderTable({
    header: ["check", "result", "failed rows", "datasets", "what was found"],
    rows: checks.map((outcome) => [
      ...resultCells(outcome, channel),
      escapeText(outcome.datasets.map(({ dataset }) => dataset).join(", ")),
      escapeText(outcome.message ?? ""),
    ]),
    channel,
    amounts: ["failed rows"],
    isWhole: true,
  });
}

/** What the checks of a dataset have found last. */
export function lastChecksTable(checks: readonly RecordedCheck[], channel: Channel): string {
  return renderTable({
    header: ["check", "result", "failed rows", "checked", "run", "what was found"],
    rows: checks.map((outcome) => [
      ...resultCells(outcome, channel),
      timeText(outcome.checkedAt),
      escapeText(shortRunId(outcome.runId)),
      escapeText(outcome.message ?? ""),
    ]),
    channel,
    amounts: ["failed rows"],
    isWhole: true,
  });
}

function resultCells(
  { check, passed, severity, failedRows, cachedFrom }: CheckOutcome,
  channel: Channel,
): readonly Cell[] {
  const result = passed
    ? channel.paint("good", "passed")
    : severity === "warn"
      ? channel.paint("warning", "warned")
      : channel.paint("error", "failed");
  const cached = cachedFrom === undefined ? "" : channel.paint("faint", " (cached)");
  return [escapeText(check), result + cached, failedRows === undefined ? "" : numberText(failedRows)];
}
