import { splitPath } from "../object-home.js";
import type { OptionValue, StorageOptions } from "../storage-options.js";

/**
 * Names objects for people: `s3://bucket/folder/key`, with the names of secrets in the place of their values.
 *
 * @param container the options that say where the prefix is, the outermost first: `["bucket"]`
 */
export function describer(
  options: StorageOptions,
  scheme: string,
  container: readonly string[],
): (key: string) => string {
  const parts = container.map((option) => options.required(option));
  const prefix = options.text("prefix");
  const { folder } = splitPath(prefix?.value ?? "");
  const isSecret = parts.some((part) => part.isSecret);
  const place = isSecret ? inWords(parts) : `${scheme}://${parts.map(({ value }) => value).join("/")}`;
  return (key) => {
    if (prefix?.isSecret) return `${prefix.shown} of ${place}`;
    return isSecret ? `${folder}${key} of ${place}` : `${place}/${folder}${key}`;
  };
}

function inWords(parts: readonly OptionValue[]): string {
  return parts
    .map(({ shown, isSecret }) => (isSecret ? shown : `'${shown}'`))
    .reverse()
    .join(" of ");
}
