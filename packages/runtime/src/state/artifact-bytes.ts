/** The bytes of an artifact: a header, then frames, each with its length before it. */
import { decodeValue } from "./decode-value.js";
import { encodeValue } from "./encode-value.js";

/** `GLV` and the version of the format. */
const header = Buffer.from([0x47, 0x4c, 0x56, 1]);
const lengthBytes = 4;

/** @throws NotEncodable */
export function* encodeArtifact(value: unknown): Generator<Uint8Array, void> {
  yield header;
  for (const frame of encodeValue(value)) {
    const length = Buffer.allocUnsafe(lengthBytes);
    length.writeUInt32LE(frame.length);
    yield length;
    yield frame;
  }
}

/** Reads the next bytes of an artifact into all of `target`. @returns false where there are not so many */
export type ReadBytes = (target: Buffer) => boolean;

/**
 * @returns undefined where another version of Glacier has written them
 * @throws where they are no artifact
 */
export function decodeArtifact(read: ReadBytes): { readonly value: unknown } | undefined {
  const found = Buffer.alloc(header.length);
  if (!read(found) || !found.equals(header)) return undefined;
  return { value: decodeValue(readFrames(read)) };
}

function* readFrames(read: ReadBytes): Generator<Uint8Array> {
  const length = Buffer.alloc(lengthBytes);
  while (read(length)) {
    const frame = Buffer.allocUnsafe(length.readUInt32LE());
    if (!read(frame)) throw new Error("the bytes end inside of a frame");
    yield frame;
  }
}
