/** How pages are compressed: by zlib where it can, several times as fast as in JavaScript. */
import type { Compressors } from "hyparquet";
import { compressors as javaScriptCompressors } from "hyparquet-compressors";
import { compressPart, decompressPart } from "../../compression/compression.js";

export const codecNames = { gzip: "GZIP", zstd: "ZSTD" } as const;

/** For the writer. */
export const compressors = {
  GZIP: (bytes: Uint8Array) => compressPart(bytes, "gzip"),
  ZSTD: (bytes: Uint8Array) => compressPart(bytes, "zstd"),
};

/** For the reader. */
export const decompressors: Compressors = {
  ...javaScriptCompressors,
  GZIP: (bytes, sizeBytes) => decompressPart(bytes, "gzip", sizeBytes),
  ZSTD: (bytes, sizeBytes) => decompressPart(bytes, "zstd", sizeBytes),
};
