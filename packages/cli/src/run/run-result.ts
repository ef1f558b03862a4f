import type { RunOutcome } from "@glacier-ts/core";
import type { Channel } from "../channel.js";
import type { Problem } from "../problem.js";
import { jsonPieces, jsonText } from "./json-value.js";

/** Writes the last line of a run's JSON stream, also of a run that never began. */
export async function writeRunResult(
  outcome: RunOutcome | undefined,
  problems: readonly Problem[],
  channel: Channel,
): Promise<void> {
  const head = {
    type: "result",
    status: outcome?.status ?? "failed",
    ...(outcome && {
      runId: outcome.runId,
      durationMs: outcome.durationMs,
      tasks: Object.fromEntries(outcome.tasks),
      ...(outcome.checks && { checks: outcome.checks }),
    }),
    diagnostics: problems,
  };
  channel.write(`${jsonText(head).slice(0, -1)},"datasets":{`);
  let separator = "";
  for (const [name, value] of outcome?.datasets ?? []) {
    channel.write(`${separator}${jsonText(name)}:`);
    for await (const piece of jsonPieces(value)) {
      await channel.writeInTurn(piece);
      if (channel.isClosed) return;
    }
    separator = ",";
  }
  channel.writeLine("}}");
}
