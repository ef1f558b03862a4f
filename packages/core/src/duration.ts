const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time: a number and its unit, such as `"500ms"`, `"30s"`, `"5m"`, `"1.5h"` or `"1d"`. */
export type Duration = `${number}${keyof typeof unitMs}`;

/** Milliseconds in a duration, or undefined when the text is not a positive duration. */
export function durationMs(duration: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  if (!match) return undefined;
  const milliseconds = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  // 16.1 * 1000 is 16100.000000000002; 15 digits are what a number holds for certain.
  const rounded = Number(milliseconds.toPrecision(15));
  return rounded > 0 && Number.isFinite(rounded) ? rounded : undefined;
}
