import { type ByteSource, GlacierError, report } from "@glacier-ts/core";
import {
  compressionNames,
  findCompressionGap,
  formatName,
  objectEnding,
  type Shape,
} from "@glacier-ts/core/payload";
import type { Compression } from "@glacier-ts/core/storage";
import { compress, isCompression } from "../compression/compression.js";
import { flowingSource, wholeSource } from "../compression/plain-source.js";
import type { HomeRequest } from "../home.js";
import type { Encoded, Format } from "./format.js";
import { findFormat } from "./formats.js";

/** How the bytes of a dataset are made and read. */
export interface DatasetCodec {
  readonly format: Format;
  /** How the whole file is compressed; undefined for not at all. */
  readonly outer: Compression | undefined;
  /** How the format compresses parts of it; undefined for its own way. */
  readonly inner: Compression | undefined;
  /** What the name of an object ends with that has no name of its own. */
  readonly ending: string;
}

/**
 * @param name of the object, which may be empty or a whole path
 * @throws GlacierError with GLA5009 for a format that does not exist, GLA5057 for such a compression
 */
export function findCodec(request: HomeRequest, name: string): DatasetCodec {
  const { dataset } = request.options;
  const format = formatName(request.format, name, request.payload);
  const found = findFormat(format);
  if (!found) throw new GlacierError([report("formatUnavailable", { dataset, format })]);
  const names = compressionNames(format, request.compression, name);
  const check = (compression: string | undefined): Compression | undefined => {
    if (compression === undefined || isCompression(compression)) return compression;
    throw unavailable(dataset, compression, "there is no such compression");
  };
  const [outer, inner] = [check(names.outer), check(names.inner)];
  const gap = inner && findCompressionGap(format, inner);
  if (gap) throw unavailable(dataset, inner, gap);
  return { format: found, outer, inner, ending: objectEnding(format, request.compression) };
}

function unavailable(dataset: string, compression: string, why: string): GlacierError {
  return new GlacierError([report("compressionUnavailable", { dataset, compression, why })]);
}

/** Reads a whole dataset, or throws as `Format.decode` does. */
export async function decodeWith(
  { format, outer }: DatasetCodec,
  source: ByteSource,
  payload: Shape,
): Promise<unknown> {
  return format.decode(outer ? await wholeSource(source, outer) : source, payload);
}

/** Reads a dataset row by row where its format can be read so. */
export async function* decodeRowsWith(
  codec: DatasetCodec,
  source: ByteSource,
  payload: Shape,
): AsyncGenerator<unknown> {
  const { format, outer } = codec;
  if (!format.decodeRows) yield* (await decodeWith(codec, source, payload)) as unknown[];
  else yield* format.decodeRows(outer ? await rowSource(source, outer, format) : source, payload);
}

/** Files of columns have what is needed first at their end. */
function rowSource(source: ByteSource, outer: Compression, { readsInOrder }: Format) {
  return readsInOrder ? flowingSource(source, outer) : wholeSource(source, outer);
}

export function encodeWith({ format, outer, inner }: DatasetCodec, value: unknown, payload: Shape): Encoded {
  const encoded = format.encode(value, payload, inner);
  return outer ? { ...encoded, chunks: compress(encoded.chunks, outer) } : encoded;
}
