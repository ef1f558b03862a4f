import type { Shape } from "@glacier-ts/core/payload";
import { writeGroups } from "../columns/write-groups.js";
import type { Encoded } from "../format.js";

/** Rows of one record batch. */
const groupRows = 65_536;

/**
 * @param payload one that the format can hold
 * @param isCompressed with Zstandard
 */
export function encodeBatches(value: unknown, payload: Shape, isCompressed: boolean): Encoded {
  const input = writeGroups(value, payload, { groupRows });

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const { BatchWriter } = await import("./batch-writer.js");
    let writer: InstanceType<typeof BatchWriter> | undefined;
    let rowStart = 0;
    for await (const group of input.groups()) {
      writer ??= new BatchWriter(input.columns(), isCompressed);
      yield* writer.write(group, rowStart);
      rowStart += group.count;
    }
    writer ??= new BatchWriter(input.columns(), isCompressed);
    yield* writer.finish();
  }

  return { chunks: chunks(), rows: input.rows };
}
