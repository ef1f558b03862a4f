/** Reads JSON that was written here; undefined where the database has lost a part of it, which SQLite cannot notice. */
export function readJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
