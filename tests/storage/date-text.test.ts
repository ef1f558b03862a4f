/** Dates as texts: nearly all are read and written by a fast way of their own, which must not differ from JavaScript's. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { dateText } from "../../packages/storage/src/date-text.js";
import { dateSchema } from "./arbitrary.js";
import { fileDataset, makeProject, valueFrom } from "./project.js";

const schema = { type: "array", items: { anyOf: [dateSchema, { type: "string" }] } };

/** A date as it is written, of years that need no sign, in which one character may be another one. */
const nearlyDate = fc
  .tuple(
    fc.date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") }),
    fc.nat(23),
    fc.constantFrom(..."0123456789-:.TZ +t/"),
    fc.boolean(),
  )
  .map(([date, index, character, isOther]) => {
    const text = date.toISOString();
    return isOther ? text.slice(0, index) + character + text.slice(index + 1) : text;
  });

/** JavaScript takes February 30th for March 2nd, but writes March 2nd. */
function expectedFrom(text: string): Date | string {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text ? date : text;
}

test("a text is the date that is written so, or none", async () => {
  const { store, write } = await makeProject();
  await fc.assert(
    fc.asyncProperty(fc.array(nearlyDate, { minLength: 200, maxLength: 200 }), async (texts) => {
      await write("data.json", JSON.stringify(texts));
      const { value } = valueFrom(await store.load("data", fileDataset("data.json"), schema));
      expect(value).toEqual(texts.map(expectedFrom));
    }),
    { numRuns: 50 },
  );
});

test("a date is written as toISOString does, whatever was written before", () => {
  const anyDate = fc.date({ noInvalidDate: false });
  const sameDay = fc.date({ noInvalidDate: true, min: new Date("1969-12-31"), max: new Date("1970-01-02") });
  fc.assert(
    fc.property(fc.array(fc.oneof(anyDate, sameDay)), (dates) => {
      const expected = dates.map((date) => (Number.isNaN(date.getTime()) ? undefined : date.toISOString()));
      expect(dates.map(dateText)).toEqual(expected);
    }),
  );
});
