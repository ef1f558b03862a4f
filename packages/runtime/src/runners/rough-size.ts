/** Items or properties of a value that are looked at; the rest is taken to be like them. */
const sampled = 16;

/** About how many bytes a value takes, from a look at a few of its parts. */
export function roughSize(value: unknown, depth = 3): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (depth === 0) return 64;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  const some = parts.slice(0, sampled);
  const size = some.reduce<number>((sum, part) => sum + roughSize(part, depth - 1), 0);
  return 16 + (some.length === 0 ? 0 : (size / some.length) * parts.length);
}
