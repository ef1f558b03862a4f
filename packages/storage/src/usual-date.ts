/**
 * Reads a date as `toISOString` writes it, of a day that every month has. JavaScript's own parser takes twice as
 * long, and a regular expression that looks at the form before adds as much again.
 *
 * @returns undefined for other texts, which may be dates
 */
export function parseUsualDate(text: string): Date | undefined {
  if (text.length !== 24 || text[23] !== "Z") return undefined;
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== "T") return undefined;
  if (text[13] !== ":" || text[16] !== ":" || text[19] !== ".") return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  const ms = twoDigits(text, 20) * 10 + (twoDigits(text, 21) % 10);
  // Every comparison with NaN is false.
  const isDay = year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!(isDay && hour <= 23 && minute <= 59 && second <= 59 && ms >= 0)) return undefined;
  return new Date((((daysOf(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms);
}

/** NaN where there are others than digits. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/**
 * Days since 1970. Years that begin in March have their leap day at their end, so that the months before it are the
 * same in all of them.
 *
 * @see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`
 */
function daysOf(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const daysOfMonths = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return years * 365 + leapDays + daysOfMonths + day - 719_469;
}
