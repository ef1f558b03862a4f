/** Bytes that are made smaller on their way into a storage, and large again on their way out, in flat memory. */
import { pipeline, Readable } from "node:stream";
import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
  gunzipSync,
  gzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import type { Chunks } from "@glacier-ts/core";
import type { Compression } from "@glacier-ts/core/storage";
import { Malformed } from "../problems.js";
import { zstdFrames } from "./zstd-frames.js";

interface Codec {
  readonly name: string;
  compress(): NodeJS.ReadWriteStream;
  decompress(): NodeJS.ReadWriteStream;
  /** The bytes as the decompressing stream takes them. */
  input(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

const gzipOptions: ZlibOptions = { chunkSize: 64 * 1024 };
// Zstandard has no checksum unless one is asked for, and damaged bytes would become other ones.
const zstdOptions: ZstdOptions = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

const codecs: { readonly [Name in Compression]: Codec } = {
  gzip: {
    name: "gzip",
    compress: () => createGzip(gzipOptions),
    decompress: () => createGunzip(gzipOptions),
    input: (chunks) => chunks,
  },
  zstd: {
    name: "Zstandard",
    compress: () => createZstdCompress(zstdOptions),
    decompress: () => createZstdDecompress(),
    input: zstdFrames,
  },
};

export function isCompression(name: string): name is Compression {
  return Object.hasOwn(codecs, name);
}

/** What `chunks` throws is passed on as the same object. */
export async function* compress(chunks: Chunks, compression: Compression): AsyncGenerator<Uint8Array> {
  yield* pipe(chunks, codecs[compression].compress());
}

/**
 * No more is decompressed than is asked for: a few bytes may stand for more than memory can hold.
 *
 * @throws Malformed where the bytes are damaged or cut off; what `chunks` throws is passed on
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  const { name, input, decompress } = codecs[compression];
  try {
    yield* pipe(input(chunks), decompress());
  } catch (error) {
    throw damage(error, name);
  }
}

async function* pipe(chunks: Chunks, through: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  // The iteration of what comes out throws what went wrong; the callback is there because `pipeline` wants one.
  const output = pipeline(Readable.from(chunks), through, () => {});
  yield* output as AsyncIterable<Uint8Array>;
}

/** Makes a part of a file smaller: Parquet and Arrow compress their parts and not the whole. */
export function compressPart(bytes: Uint8Array, compression: Compression): Uint8Array {
  return compression === "gzip" ? gzipSync(bytes) : zstdCompressSync(bytes, zstdOptions);
}

/**
 * @param sizeBytes what the file says of its size; no more is made
 * @throws Error where it is damaged, or larger
 */
export function decompressPart(bytes: Uint8Array, compression: Compression, sizeBytes: number): Uint8Array {
  // The limit must not be 0.
  const options = { maxOutputLength: Math.max(sizeBytes, 1) };
  return compression === "gzip" ? gunzipSync(bytes, options) : zstdDecompressSync(bytes, options);
}

/** @returns Malformed for an error of zlib; every other error as it is */
function damage(error: unknown, name: string): unknown {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return error;
  if (error.code === "Z_BUF_ERROR") return new Malformed(`its ${name} data was cut off`);
  return /^(Z|ZSTD)_/.test(error.code) ? new Malformed(`its ${name} data is damaged`) : error;
}
