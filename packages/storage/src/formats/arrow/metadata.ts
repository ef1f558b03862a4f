/** Arrow's metadata: flatbuffers, which are read by the library's own classes. */
import { type DataType, Schema } from "apache-arrow";
import type { BodyCompression } from "apache-arrow/fb/body-compression";
import { DictionaryBatch } from "apache-arrow/fb/dictionary-batch";
import { Endianness } from "apache-arrow/fb/endianness";
import { Footer } from "apache-arrow/fb/footer";
import { Message as FlatMessage } from "apache-arrow/fb/message";
import { MessageHeader } from "apache-arrow/fb/message-header";
import type { MetadataVersion } from "apache-arrow/fb/metadata-version";
import { RecordBatch } from "apache-arrow/fb/record-batch";
import { Schema as FlatSchema } from "apache-arrow/fb/schema";
import { ByteBuffer } from "flatbuffers";
import type { StoredType } from "../columns/stored-type.js";
import { nameOf, storedTypeOf } from "./stored-type.js";

/** What a record batch consists of: a node for each column and part of one, and their buffers, in order. */
export interface BatchHeader {
  readonly length: number;
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  /** Places in the body. */
  readonly buffers: readonly { readonly offset: number; readonly length: number }[];
  /** How many more buffers each column of views has. */
  readonly variadicCounts: readonly number[];
  /** Undefined where the buffers are as they are. */
  readonly codec: number | undefined;
}

export interface FileSchema {
  readonly columns: readonly FileColumn[];
  /** The types of the values of dictionaries, by id. */
  readonly dictionaries: ReadonlyMap<number, DataType>;
}

interface FileColumn {
  readonly name: string;
  readonly type: DataType;
  readonly stored: StoredType;
}

export type Message =
  | { readonly kind: "schema"; readonly schema: FileSchema; readonly bodyLength: number }
  | { readonly kind: "batch"; readonly batch: BatchHeader; readonly bodyLength: number }
  | {
      readonly kind: "dictionary";
      readonly id: number;
      readonly isDelta: boolean;
      readonly batch: BatchHeader;
      readonly bodyLength: number;
    }
  | { readonly kind: "other"; readonly bodyLength: number };

/** Where a message is in a file. */
export interface Block {
  readonly offset: number;
  /** With the prefix that says its length. */
  readonly metadataLength: number;
}

export interface FileFooter {
  readonly schema: FileSchema;
  readonly dictionaries: readonly Block[];
  readonly batches: readonly Block[];
}

/** @throws Error where the bytes are damaged */
export function decodeMessage(bytes: Uint8Array): Message {
  const message = FlatMessage.getRootAsMessage(new CheckedBuffer(bytes));
  const bodyLength = Number(message.bodyLength());
  switch (message.headerType()) {
    case MessageHeader.Schema:
      return {
        kind: "schema",
        schema: readSchema(message.header(new FlatSchema()), message.version()),
        bodyLength,
      };
    case MessageHeader.RecordBatch:
      return { kind: "batch", batch: readBatch(message.header(new RecordBatch())), bodyLength };
    case MessageHeader.DictionaryBatch: {
      const dictionary: DictionaryBatch | null = message.header(new DictionaryBatch());
      const batch = readBatch(dictionary?.data() ?? null);
      const [id, isDelta] = [Number(dictionary?.id()), dictionary?.isDelta() ?? false];
      return { kind: "dictionary", id, isDelta, batch, bodyLength };
    }
    default:
      return { kind: "other", bodyLength };
  }
}

/** @throws Error where the bytes are damaged */
export function decodeFooter(bytes: Uint8Array): FileFooter {
  const footer = Footer.getRootAsFooter(new CheckedBuffer(bytes));
  const blocks = (count: number, block: (index: number) => ReturnType<Footer["recordBatches"]>) =>
    Array.from({ length: count }, (_, index) => {
      const found = block(index);
      return { offset: Number(found?.offset()), metadataLength: found?.metaDataLength() ?? 0 };
    });
  return {
    schema: readSchema(footer.schema(), footer.version()),
    dictionaries: blocks(footer.dictionariesLength(), (index) => footer.dictionaries(index)),
    batches: blocks(footer.recordBatchesLength(), (index) => footer.recordBatches(index)),
  };
}

function readSchema(schema: FlatSchema | null, version: MetadataVersion): FileSchema {
  if (!schema) throw new Error("there is no schema");
  if (schema.endianness() !== Endianness.Little) throw new Error("its numbers are big-endian");
  const { fields, dictionaries } = Schema.decode(schema, new Map(), version as never);
  const columns = fields.map((field) => ({
    name: nameOf(field),
    type: field.type,
    stored: storedTypeOf(field.type),
  }));
  return { columns, dictionaries };
}

function readBatch(batch: RecordBatch | null): BatchHeader {
  if (!batch) throw new Error("there is no record batch");
  const compression: BodyCompression | null = batch.compression();
  return {
    length: Number(batch.length()),
    nodes: Array.from({ length: batch.nodesLength() }, (_, index) => {
      const node = batch.nodes(index);
      return { length: Number(node?.length()), nullCount: Number(node?.nullCount()) };
    }),
    buffers: Array.from({ length: batch.buffersLength() }, (_, index) => {
      const buffer = batch.buffers(index);
      return { offset: Number(buffer?.offset()), length: Number(buffer?.length()) };
    }),
    variadicCounts: Array.from({ length: batch.variadicBufferCountsLength() }, (_, index) =>
      Number(batch.variadicBufferCounts(index)),
    ),
    codec: compression?.codec(),
  };
}

/** Believes no length that is longer than what is there: damaged bytes would keep a reader busy for hours. */
class CheckedBuffer extends ByteBuffer {
  override __vector_len(offset: number): number {
    const length = super.__vector_len(offset);
    if (length < 0 || offset + length > this.capacity())
      throw new Error("a list is longer than its metadata");
    return length;
  }
}
