import {
  AsyncByteQueue,
  type Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
} from "apache-arrow";
import type { ColumnGroup, WriteColumn } from "../columns/write-groups.js";
import { dataOf } from "./column-data.js";
import { CompressedFileWriter } from "./compressed-file-writer.js";
import { fieldOf } from "./fields.js";

/** Writes record batches and gives the bytes as they come. */
export class BatchWriter {
  readonly #columns: readonly WriteColumn[];
  readonly #schema: Schema;
  readonly #sink = new Sink();
  readonly #writer: RecordBatchFileWriter;

  constructor(columns: readonly WriteColumn[], isCompressed: boolean) {
    this.#columns = columns;
    this.#schema = new Schema(columns.map(({ name, type }) => fieldOf(name, type)));
    this.#writer = isCompressed ? new CompressedFileWriter() : new RecordBatchFileWriter();
    this.#writer.reset(this.#sink as never, this.#schema);
  }

  write({ count, values }: ColumnGroup, rowStart: number): readonly Uint8Array[] {
    const children = this.#columns.map(({ name, type }, index) => {
      const field = this.#schema.fields[index] as Field;
      return dataOf(field.type, type, values[index] ?? [], `rows ${rowStart + 1} and on, column '${name}'`);
    });
    const data = makeData({ type: new Struct(this.#schema.fields), length: count, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    return this.#sink.take();
  }

  finish(): readonly Uint8Array[] {
    this.#writer.finish();
    return this.#sink.take();
  }
}

/** Where the writer puts its bytes. */
class Sink extends AsyncByteQueue {
  take(): readonly Uint8Array[] {
    return this._values.splice(0);
  }
}
