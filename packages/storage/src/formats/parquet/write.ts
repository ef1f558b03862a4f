import type { Shape } from "@glacier-ts/core/payload";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type WriteColumn, writeGroups } from "../columns/write-groups.js";
import type { Encoded } from "../format.js";
import { elementsOf } from "./elements.js";

const options = { groupRows: 100_000, integer: BigInt };

/** @param payload one that the format can hold */
export function encodeGroups(value: unknown, payload: Shape): Encoded {
  const input = writeGroups(value, payload, options);

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = new ByteWriter();
    let writer: ParquetWriter | undefined;
    for await (const { values } of input.groups()) {
      const columns = input.columns();
      writer ??= openWriter(bytes, columns);
      const columnData = columns.map(({ name }, index) => ({ name, data: values[index] as unknown[] }));
      writer.write({ columnData, rowGroupSize: options.groupRows });
      yield drain(bytes);
    }
    writer ??= openWriter(bytes, input.columns());
    writer.finish();
    yield drain(bytes);
  }

  return { chunks: chunks(), rows: input.rows };
}

function openWriter(bytes: ByteWriter, columns: readonly WriteColumn[]): ParquetWriter {
  const schema = [
    { name: "root", num_children: columns.length },
    ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
  ];
  return new ParquetWriter({ writer: bytes, schema, createdBy: "glacier" });
}

/** Takes what was written so far; `offset` goes on counting, for the places in the file's metadata. */
function drain(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}
