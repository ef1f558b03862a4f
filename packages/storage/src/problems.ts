/**
 * What goes wrong inside of a format. They are thrown where they are found, deep in a decoder or in a stream of chunks,
 * and become diagnostics in one place, which knows the dataset's name; so does what storages refuse, a `StorageError`.
 */

/** The bytes are not what the format or the dataset's type says: GLA5006. */
export class Malformed extends Error {
  /** The local file that it is in, as a `Location` names it. */
  file?: string;

  constructor(
    readonly why: string,
    /** 1-based; absent where a format has no lines. */
    readonly place?: { readonly line: number; readonly column: number },
  ) {
    super(why);
  }
}

/** The format cannot hold the value: GLA5013. */
export class NotEncodable extends Error {
  constructor(
    /** A JSON pointer into the dataset's value; `*` stands for every row. */
    readonly path: string,
    readonly why: string,
  ) {
    super(why);
  }
}

/** A value does not fit its declared type. The path is put together while the error leaves the nested codecs. */
export class Misfit extends Error {
  readonly path: (string | number)[] = [];

  constructor(
    readonly expected: string,
    readonly value: unknown,
  ) {
    super(expected);
  }

  get why(): string {
    return `found ${describeValue(this.value)}, expected ${this.expected}`;
  }
}

/** Adds the key under which a misfit was found; other errors stay as they are. */
export function within(error: unknown, key: string | number): unknown {
  if (error instanceof Misfit) error.path.unshift(key);
  return error;
}

/** @see RFC 6901 */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A value in a message: short texts and numbers as they are, of everything else its kind. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "bigint":
      return `${value}n`;
    case "undefined":
      return "nothing";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Map) return "a Map";
  if (value instanceof Set) return "a Set";
  return "an object";
}

function quote(text: string): string {
  return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
}
