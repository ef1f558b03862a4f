import { durationMs } from "@glacier-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  ["500ms", 500],
  ["1ms", 1],
  ["0.5ms", 0.5],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1.5h", 5_400_000],
  ["1d", 86_400_000],
  ["365d", 31_536_000_000],
  ["007s", 7_000],
  ["1.50s", 1_500],
  ["16.1s", 16_100],
  ["2.3h", 8_280_000],
  ["1.005s", 1_005],
  ["80954.6d", 6_994_477_440_000],
  ["0.0000001ms", 1e-7],
])("%s is %d ms", (duration, expected) => {
  expect(durationMs(duration)).toBe(expected);
});

test.each([
  "",
  "5",
  "ms",
  "m5",
  "0s",
  "0.0ms",
  "-5s",
  "+5s",
  "5 s",
  " 5s",
  "5s ",
  "5s\n",
  "5S",
  "5M",
  "5 minutes",
  "5min",
  "5w",
  "1h30m",
  "1e3ms",
  "0x10s",
  ".5s",
  "5.s",
  "1.2.3s",
  "1,5h",
  "1_000ms",
  "Infinityms",
  "NaNs",
  "٣s",
  `${"9".repeat(400)}d`,
])("%j is no duration", (duration) => {
  expect(durationMs(duration)).toBeUndefined();
});

test("a duration is its number times its unit, and decimals move the point", () => {
  const unit = fc.constantFrom(["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000], ["d", 86_400_000]);
  const decimals = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), decimals, unit, (number, places, [name, ms]) => {
      const text = (number / 10 ** places).toFixed(places);
      expect(durationMs(`${text}${name}`)).toBe((number * Number(ms)) / 10 ** places);
    }),
  );
});
