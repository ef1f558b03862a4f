import { crc32 } from "node:zlib";
import type { ColumnMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";

/**
 * Checks the pages of a column chunk before they are decoded: hyparquet believes the number of values that a page's
 * header gives, and would work for hours on a damaged one.
 *
 * @param chunk the chunk's bytes, from its first page on
 * @throws Error that says what is wrong
 */
export function checkPages(chunk: ArrayBuffer, { num_values }: ColumnMetaData): void {
  const reader = { view: new DataView(chunk), offset: 0 };
  let missing = Number(num_values);
  while (missing > 0) {
    if (reader.offset >= chunk.byteLength)
      throw new Error(`${missing} of its ${num_values} values are missing`);
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= chunk.byteLength))
      throw new Error("a page is larger than the column");
    // A value has a bit at least.
    const dictionarySize = header.dictionary_page_header?.num_values ?? 0;
    if (dictionarySize < 0 || dictionarySize > header.uncompressed_page_size * 8) {
      throw new Error(`a dictionary of ${dictionarySize} values has ${header.uncompressed_page_size} bytes`);
    }
    const second = header.data_page_header_v2;
    if (second) {
      const levelBytes = second.repetition_levels_byte_length + second.definition_levels_byte_length;
      const isSound =
        levelBytes >= 0 &&
        levelBytes <= size &&
        second.num_nulls >= 0 &&
        second.num_nulls <= second.num_values;
      if (!isSound) throw new Error("the header of a page is damaged");
    }
    const values = (header.data_page_header ?? second)?.num_values ?? 0;
    if (values < 0 || values > missing)
      throw new Error(`a page has ${values} values, and ${missing} are expected`);
    if (header.crc !== undefined && crc32(new Uint8Array(chunk, reader.offset, size)) !== header.crc >>> 0) {
      throw new Error("the checksum of a page is wrong");
    }
    missing -= values;
    reader.offset += size;
  }
}

/** Where a column chunk begins in the file: at its dictionary, if it has one. */
export function startOf({ dictionary_page_offset, data_page_offset }: ColumnMetaData): number {
  return Number(dictionary_page_offset || data_page_offset);
}
