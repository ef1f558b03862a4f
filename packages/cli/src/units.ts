/** Amounts as people read them. */

/** `12 ms`, `1.2 s`, `3 min 05 s`, `2 h 07 min`. */
export function durationText(durationMs: number): string {
  const milliseconds = Math.round(durationMs);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const tenths = Math.round(durationMs / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(durationMs / 60_000);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** `now`, `5 min`, `3 h`, `12 d`: how long ago something was. */
export function ageText(ageMs: number): string {
  const minutes = Math.floor(ageMs / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
}

/** `2026-11-20 18:05:00`, in the machine's time zone. @param at ISO 8601 */
export function timeText(at: string): string {
  const date = new Date(at);
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  return `${day} ${time}`;
}

/** `512 B`, `1.5 kB`, `12 MB`: powers of 1000. */
export function sizeText(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = sizeBytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit > 0 && amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/** `3,000,000`. Without `Intl`, which takes as long to load as a whole command. @param amount a whole number */
export function numberText(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 task`, `2 tasks`. */
export function countText(amount: number, noun: string): string {
  return `${numberText(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

const twoDigits = (amount: number) => String(amount).padStart(2, "0");
