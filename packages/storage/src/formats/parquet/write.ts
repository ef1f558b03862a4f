import type { Shape } from "@glacier-ts/core/payload";
import type { Compression } from "@glacier-ts/core/storage";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type WriteColumn, writeGroups } from "../columns/write-groups.js";
import type { Encoded } from "../format.js";
import { codecNames, compressors } from "./codecs.js";
import { elementsOf } from "./elements.js";

const options = { groupRows: 100_000, integer: BigInt };

/** @param payload one that the format can hold */
export function encodeGroups(value: unknown, payload: Shape, compression: Compression | undefined): Encoded {
  const input = writeGroups(value, payload, options);

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = new ByteWriter();
    let writer: ParquetWriter | undefined;
    for await (const { values } of input.groups()) {
      const columns = input.columns();
      writer ??= openWriter(bytes, columns, compression);
      const columnData = columns.map(({ name }, index) => ({ name, data: values[index] as unknown[] }));
      writer.write({ columnData, rowGroupSize: options.groupRows });
      yield drain(bytes);
    }
    writer ??= openWriter(bytes, input.columns(), compression);
    writer.finish();
    yield drain(bytes);
  }

  return { chunks: chunks(), rows: input.rows };
}

function openWriter(
  bytes: ByteWriter,
  columns: readonly WriteColumn[],
  compression: Compression | undefined,
): ParquetWriter {
  const schema = [
    { name: "root", num_children: columns.length },
    ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
  ];
  // By default Snappy, as other writers have it.
  const codec = compression && codecNames[compression];
  return new ParquetWriter({
    writer: bytes,
    schema,
    createdBy: "glacier",
    compressors,
    ...(codec && { codec }),
  });
}

/** Takes what was written so far; `offset` goes on counting, for the places in the file's metadata. */
function drain(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}
