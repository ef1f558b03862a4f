import { Malformed } from "../problems.js";

const frameMagic = 0xfd2fb528;
/** With any last four bits. */
const skippableMagic = 0x184d2a50;

/**
 * Cuts Zstandard data where a frame ends. Node's decompressor would quietly leave out what follows a frame in the same
 * chunk, and a file may have many frames: those of several threads, or of files that were joined.
 *
 * @throws Malformed where something else than a frame follows
 * @see RFC 8878, section 3.1
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  /** Bytes of the current part that have not come yet; they are passed on, or left out in a skippable frame. */
  let missing = 0;
  let isSkipped = false;
  let next: Step = startFrame;
  /** The head of a part that is not complete. */
  let head: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > 0) {
      const taken = rest.subarray(0, missing);
      if (taken.length > 0) {
        if (!isSkipped) yield taken;
        missing -= taken.length;
        rest = rest.subarray(taken.length);
        continue;
      }
      const joined: Uint8Array = head.length > 0 ? Buffer.concat([head, rest]) : rest;
      const step = next(joined);
      if (step === undefined) {
        head = joined;
        break;
      }
      head = new Uint8Array();
      rest = joined;
      ({ missing, isSkipped, next } = step);
    }
  }
  // A frame that is not complete; the decompressor says so.
  if (head.length > 0) yield head;
}

/** Reads the head of a part. */
type Step = (bytes: Uint8Array) => Part | undefined;

/** What comes next. */
interface Part {
  /** Its bytes, with the head. */
  readonly missing: number;
  readonly isSkipped: boolean;
  readonly next: Step;
}

function startFrame(bytes: Uint8Array): Part | undefined {
  if (bytes.length < 4) return undefined;
  const magic = viewOf(bytes).getUint32(0, true);
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
    if (bytes.length < 8) return undefined;
    return { missing: 8 + viewOf(bytes).getUint32(4, true), isSkipped: true, next: startFrame };
  }
  if (magic !== frameMagic) throw new Malformed("its Zstandard data is damaged");
  const descriptor = bytes[4];
  if (descriptor === undefined) return undefined;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const checksumBytes = (descriptor & 4) !== 0 ? 4 : 0;
  const missing = 5 + windowBytes + dictionaryBytes + sizeBytes;
  return { missing, isSkipped: false, next: startBlock(checksumBytes) };
}

function startBlock(checksumBytes: number): Step {
  const step: Step = (bytes) => {
    if (bytes.length < 3) return undefined;
    const header = (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16);
    const isLast = (header & 1) !== 0;
    const isRepeated = ((header >> 1) & 3) === 1;
    const size = isRepeated ? 1 : header >> 3;
    return {
      missing: 3 + size + (isLast ? checksumBytes : 0),
      isSkipped: false,
      next: isLast ? startFrame : step,
    };
  };
  return step;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
