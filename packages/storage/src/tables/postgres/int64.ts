/** 64-bit integers in two halves: bigints would take ten times as long. */

const half = 2 ** 32;

/** Writes `value * factor`, which is an integer of 64 bits; `value` is a safe integer and `factor` at most 1000. */
export function setInt64(view: DataView, offset: number, value: number, factor = 1): void {
  const high = Math.floor(value / half);
  const low = (value - high * half) * factor;
  const carry = Math.floor(low / half);
  view.setInt32(offset, high * factor + carry);
  view.setUint32(offset + 4, low - carry * half);
}

/** A number where it is exact, else a bigint. */
export function getInt64(view: DataView, offset: number): number | bigint {
  const value = view.getInt32(offset) * half + view.getUint32(offset + 4);
  return Number.isSafeInteger(value) ? value : view.getBigInt64(offset);
}

/** The integer divided by 1000, rounded down. */
export function getThousands(view: DataView, offset: number): number {
  const high = view.getInt32(offset);
  const thousands = Math.floor(high / 1000);
  return (
    thousands * half + Math.floor(((high - thousands * 1000) * half + view.getUint32(offset + 4)) / 1000)
  );
}
