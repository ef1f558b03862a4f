import { parseUsualDate } from "./usual-date.js";

const iso =
  /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)(?:([T ])\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * Reads an ISO 8601 date, with or without a time. A time without a zone is UTC, as a date alone is: the same file means
 * the same instant on every machine.
 *
 * @returns undefined where the text is no such date, or the day does not exist
 */
export function parseDate(text: string): Date | undefined {
  const usual = parseUsualDate(text);
  if (usual) return usual;
  const match = iso.exec(text);
  if (!match) return undefined;
  const [, year, month, day, separator, zone] = match;
  // JavaScript takes February 30th for March 2nd.
  if (Number(day) > 28 && Number(day) > daysIn(Number(year), Number(month))) return undefined;
  let normal = text;
  if (separator === " ") normal = normal.replace(" ", "T");
  if (separator && !zone) normal += "Z";
  else if (zone && zone !== "Z") normal = normal.slice(0, -zone.length) + fullZone(zone);
  return validDate(normal);
}

const dayMs = 86_400_000;
const padded = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
/** The day that was written last, in days since 1970, and as text up to the `T`: most dates of a table follow another of theirs. */
let lastDay = Number.NaN;
let lastDayText = "";

/**
 * Writes a date as its `toISOString` does, which takes longer than the rest of a row.
 * @returns undefined for an invalid one
 */
export function dateText(date: Date): string | undefined {
  const time = date.getTime();
  if (Number.isNaN(time)) return undefined;
  const day = Math.floor(time / dayMs);
  if (day !== lastDay) {
    lastDay = day;
    lastDayText = date.toISOString().slice(0, -13);
  }
  const ms = time - day * dayMs;
  const [hour, minute] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const [second, rest] = [Math.floor(ms / 1000) % 60, ms % 1000];
  return `${lastDayText}${padded[hour]}:${padded[minute]}:${padded[second]}.${Math.floor(rest / 100)}${padded[rest % 100]}Z`;
}

function validDate(text: string): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** `+02`, `+0200` and `+02:00` are the same; JavaScript reads the last one only. */
function fullZone(zone: string): string {
  const digits = zone.replace(":", "");
  return `${digits.slice(0, 3)}:${digits.slice(3) || "00"}`;
}

function daysIn(year: number, month: number): number {
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return lastDay.getUTCDate();
}
