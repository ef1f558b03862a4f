/**
 * How values are written as bytes. Equal values have equal bytes, whatever their history in this process, so that the
 * hash of the bytes is the version of a dataset. The bytes of `v8.serialize` are not like that: they tell whether the
 * engine happens to hold a number as an integer or as a double, and a text in one byte or two for each character.
 *
 * A value is a tag and what follows it; numbers of items and bytes are variable-length integers. Objects name a shape,
 * their list of keys, which is written once. Values are in frames: a frame ends between two values, so that neither side
 * needs the whole in one buffer.
 */
export const tag = {
  null: 0,
  undefined: 1,
  false: 2,
  true: 3,
  /** A 32-bit integer, zigzag. */
  integer: 4,
  double: 5,
  notANumber: 6,
  /** Characters up to U+00FF, a byte each. */
  latin1: 7,
  /** UTF-16, little-endian. */
  utf16: 8,
  /** Decimal text. */
  bigint: 9,
  /** Milliseconds since 1970, as a value. */
  date: 10,
  array: 11,
  /** A missing item of an array. */
  hole: 12,
  /** An object with a shape that was not there before: its keys, then its values. */
  newShape: 13,
  /** An object: the number of its shape, then its values. */
  object: 14,
  map: 15,
  set: 16,
  /** Its kind, an index of `binaryKinds`, and bytes. */
  binary: 17,
  /** A container that was begun before, by its number. */
  reference: 18,
} as const;

/** A frame ends at the first value after so many bytes. */
export const frameBytes = 2 ** 20;

/** Deeper nesting is refused, as the stack is finite. */
export const maxDepth = 1000;

interface BinaryKind {
  readonly name: string;
  make(bytes: ArrayBuffer): ArrayBuffer | ArrayBufferView;
}

/** The index of a kind is in the bytes: new ones go to the end. */
export const binaryKinds: readonly BinaryKind[] = [
  { name: "ArrayBuffer", make: (bytes) => bytes },
  { name: "DataView", make: (bytes) => new DataView(bytes) },
  { name: "Buffer", make: (bytes) => Buffer.from(bytes) },
  { name: "Uint8Array", make: (bytes) => new Uint8Array(bytes) },
  { name: "Uint8ClampedArray", make: (bytes) => new Uint8ClampedArray(bytes) },
  { name: "Int8Array", make: (bytes) => new Int8Array(bytes) },
  { name: "Uint16Array", make: (bytes) => new Uint16Array(bytes) },
  { name: "Int16Array", make: (bytes) => new Int16Array(bytes) },
  { name: "Uint32Array", make: (bytes) => new Uint32Array(bytes) },
  { name: "Int32Array", make: (bytes) => new Int32Array(bytes) },
  { name: "BigUint64Array", make: (bytes) => new BigUint64Array(bytes) },
  { name: "BigInt64Array", make: (bytes) => new BigInt64Array(bytes) },
  { name: "Float32Array", make: (bytes) => new Float32Array(bytes) },
  { name: "Float64Array", make: (bytes) => new Float64Array(bytes) },
];
