import type { CachedTask, GcReport } from "@glacier-ts/runtime/state";
import type { Channel } from "../channel.js";
import { escapeText } from "../escape.js";
import type { ExitCode } from "../exit-code.js";
import { reportOnState } from "../project-state.js";
import { nameOfId, shortRunId } from "../recorded-run.js";
import { renderTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { ageText, countText, sizeText } from "../units.js";

export interface CacheGcCommandOptions {
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly keepRuns?: number;
  /** Remove nothing. */
  readonly dryRun?: boolean;
}

/** `glacier cache ls`: what is kept of each task. */
export function listCache(at: string, terminal: Terminal): ExitCode {
  return reportOnState(at, terminal, (state) => {
    const tasks = state?.cachedTasks() ?? [];
    return {
      problems: [],
      text: tasks.length === 0 ? "Nothing is kept." : cacheTable(tasks, terminal.stdout),
      json: { tasks },
    };
  });
}

/** `glacier cache gc`: removes what nothing needs. */
export function collectCache(
  at: string,
  { maxAge: maxAgeMs, keepRuns, dryRun: isDryRun = false }: CacheGcCommandOptions,
  terminal: Terminal,
): ExitCode {
  return reportOnState(at, terminal, (state) => {
    const found = state?.gc({
      isDryRun,
      ...(maxAgeMs !== undefined && { maxAgeMs }),
      ...(keepRuns !== undefined && { keepRuns }),
    });
    return {
      problems: [],
      text: collectedText(found ?? nothing, isDryRun),
      json: { isDryRun, ...(found ?? nothing) },
    };
  });
}

const nothing: GcReport = { runs: 0, results: 0, artifacts: 0, freedBytes: 0, runningRuns: 0 };

function cacheTable(tasks: readonly CachedTask[], channel: Channel): string {
  return renderTable({
    header: ["task", "pipeline", "results", "size", "age", "newest run"],
    rows: tasks.map(({ task, pipelineId, results, sizeBytes, newestAt, newestRunId }) => [
      escapeText(nameOfId(task)),
      escapeText(nameOfId(pipelineId)),
      results,
      sizeText(sizeBytes),
      ageText(Date.now() - Date.parse(newestAt)),
      escapeText(shortRunId(newestRunId)),
    ]),
    channel,
    amounts: ["size", "age"],
  });
}

/** `Removed 2 runs, 5 results and 3 artifacts: 1.2 MB.` */
function collectedText(
  { runs, results, artifacts, freedBytes, runningRuns }: GcReport,
  isDryRun: boolean,
): string {
  const counts = `${countText(runs, "run")}, ${countText(results, "result")} and ${countText(artifacts, "artifact")}`;
  const lines = [`${isDryRun ? "Would remove" : "Removed"} ${counts}: ${sizeText(freedBytes)}.`];
  if (runningRuns > 0) {
    lines.push(
      `${countText(runningRuns, "run")} ${runningRuns === 1 ? "is" : "are"} going on: what may be needed was kept.`,
    );
  }
  return lines.join("\n");
}
