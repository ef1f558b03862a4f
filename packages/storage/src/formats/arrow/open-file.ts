import type { ByteSource } from "@glacier-ts/core";
import { Malformed } from "../../problems.js";
import { type Block, decodeFooter, decodeMessage, type FileSchema, type Message } from "./metadata.js";

/** A message whose body can be read. */
interface PlacedMessage {
  readonly message: Message;
  /** Where its body begins in the file. */
  readonly bodyStart: number;
}

export interface ArrowFile {
  readonly schema: FileSchema;
  /** Dictionaries come before the batches that need them. */
  messages(): AsyncIterable<PlacedMessage>;
}

const magic = "ARROW1";

/**
 * Opens what is in the file format, with a footer, or in the stream format.
 *
 * @throws Malformed
 */
export async function openFile(source: ByteSource): Promise<ArrowFile> {
  if (source.sizeBytes < 8) throw new Malformed(`not an Arrow file: it has only ${source.sizeBytes} bytes`);
  const start = Buffer.from(await source.read(0, 8));
  if (start.toString("latin1", 0, magic.length) === magic) return openWithFooter(source);
  const first = await readAt(source, 0);
  if (first?.message.kind !== "schema")
    throw new Malformed("not an Arrow file: it does not begin with a schema");
  const { message, bodyStart } = first;
  return {
    schema: message.schema,
    messages: () => followStream(source, bodyStart + message.bodyLength),
  };
}

async function openWithFooter(source: ByteSource): Promise<ArrowFile> {
  const end = source.sizeBytes - magic.length - 4;
  const tail = Buffer.from(await source.read(Math.max(end, 0), source.sizeBytes));
  if (tail.toString("latin1", 4) !== magic)
    throw new Malformed(`not an Arrow file: no ${magic} at the end; it may have been cut off`);
  const length = tail.readInt32LE(0);
  if (length <= 0 || length > end) throw new Malformed("the length of the file's footer is damaged");
  const bytes = await source.read(end - length, end);
  const { schema, dictionaries, batches } = damaged("the file's footer is", () => decodeFooter(bytes));

  async function* messages(): AsyncGenerator<PlacedMessage> {
    for (const block of [...dictionaries, ...batches]) yield await readBlock(source, block);
  }
  return { schema, messages };
}

async function readBlock(source: ByteSource, { offset, metadataLength }: Block): Promise<PlacedMessage> {
  const found = await readAt(source, offset);
  if (!found || found.bodyStart !== offset + metadataLength)
    throw new Malformed(`there is no record batch at byte ${offset}, where the footer says so`);
  return found;
}

async function* followStream(source: ByteSource, start: number): AsyncGenerator<PlacedMessage> {
  for (let position = start; ; ) {
    const found = await readAt(source, position);
    if (!found) return;
    yield found;
    position = found.bodyStart + found.message.bodyLength;
  }
}

/** @returns undefined for the mark at the end of a stream */
async function readAt(source: ByteSource, position: number): Promise<PlacedMessage | undefined> {
  const { sizeBytes } = source;
  if (!(position >= 0 && position + 8 <= sizeBytes))
    throw new Malformed(`there is no message at byte ${position}, and no end mark; it may have been cut off`);
  const prefix = Buffer.from(await source.read(position, position + 8));
  // Before version 0.15 there was no mark before the length.
  const isMarked = prefix.readInt32LE(0) === -1;
  const length = prefix.readInt32LE(isMarked ? 4 : 0);
  if (length === 0) return undefined;
  const start = position + (isMarked ? 8 : 4);
  if (length < 0 || start + length > sizeBytes)
    throw new Malformed(`the message at byte ${position} is damaged`);
  const bytes = await source.read(start, start + length);
  const message = damaged(`the message at byte ${position} is`, () => decodeMessage(bytes));
  const bodyStart = start + length;
  if (!(message.bodyLength >= 0 && bodyStart + message.bodyLength <= sizeBytes))
    throw new Malformed(`the message at byte ${position} is longer than the file; it may have been cut off`);
  return { message, bodyStart };
}

/** @throws Malformed for what `read` throws */
export function damaged<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(`${what} damaged (${error instanceof Error ? error.message : String(error)})`);
  }
}
