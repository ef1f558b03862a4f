import type { Json, Verdict } from "@glacier-ts/core";
import type { Redaction } from "../redaction.js";
import { plainValue } from "../validation/plain-value.js";

/** As many examples as are kept, and as many characters of each. */
const maxExamples = 5;
const maxExampleLength = 1000;

/**
 * Reads what a check has returned.
 *
 * @param redaction takes the values of secrets out of texts
 * @throws TypeError for what is neither a boolean nor a `CheckResult`
 */
export function readVerdict(returned: unknown, redaction: Redaction): Verdict {
  if (typeof returned === "boolean") return { passed: returned };
  if (typeof returned !== "object" || returned === null) throw wrong(returned);
  const { passed, message, failedRows, examples, validUntil } = returned as Readonly<Record<string, unknown>>;
  if (typeof passed !== "boolean") throw wrong(returned);
  return {
    passed,
    ...(typeof message === "string" && message !== "" && { message: redaction.text(message) }),
    ...(typeof failedRows === "number" && Number.isFinite(failedRows) && { failedRows }),
    ...(Array.isArray(examples) && examples.length > 0 && { examples: readExamples(examples, redaction) }),
    ...(typeof validUntil === "string" && { validUntil }),
  };
}

function readExamples(examples: readonly unknown[], redaction: Redaction): readonly Json[] {
  return examples.slice(0, maxExamples).map((example) => {
    const { value } = redaction.json({ value: plainValue(example) });
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length <= maxExampleLength ? value : `${text.slice(0, maxExampleLength)}…`;
  });
}

function wrong(returned: unknown): TypeError {
  const found = returned === null ? "null" : typeof returned;
  const what = found === "object" ? "an object without a boolean `passed`" : found;
  return new TypeError(`A check returns a boolean or a CheckResult, but this one has returned ${what}`);
}
