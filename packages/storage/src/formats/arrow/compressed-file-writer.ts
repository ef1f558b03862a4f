import { CompressionType, RecordBatchFileWriter } from "apache-arrow";
import { BodyCompression, BufferRegion } from "apache-arrow/ipc/metadata/message";
import { compressPart } from "../../compression/compression.js";

/**
 * Compresses each buffer with Zstandard. (The library's own way, as of 21.2.0, writes the compressed length where the
 * format has that of the plain bytes, and no other implementation could read it.)
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html#compression
 */
export class CompressedFileWriter extends RecordBatchFileWriter {
  protected override _compression = new BodyCompression(CompressionType.ZSTD);

  protected override _compressBodyBuffers(buffers: ArrayBufferView[]) {
    const bufferRegions: BufferRegion[] = [];
    /** Two for each buffer: its prefix and its bytes. */
    const compressed: Uint8Array[] = [];
    let offset = 0;
    for (const { buffer, byteOffset, byteLength } of buffers) {
      const plain = new Uint8Array(buffer, byteOffset, byteLength);
      const [prefix, bytes] = byteLength === 0 ? [plain, plain] : compressBuffer(plain);
      const length = prefix.length + bytes.length;
      compressed.push(prefix, bytes);
      bufferRegions.push(new BufferRegion(offset, length));
      offset += (length + 7) & ~7;
    }
    return { byteLength: offset, bufferRegions, buffers: compressed };
  }
}

function compressBuffer(plain: Uint8Array): readonly [prefix: Uint8Array, bytes: Uint8Array] {
  const compressed = compressPart(plain, "zstd");
  const isSmaller = compressed.length < plain.length;
  // -1 stands for bytes that are as they were.
  const prefix = new DataView(new ArrayBuffer(8));
  prefix.setBigInt64(0, BigInt(isSmaller ? plain.length : -1), true);
  return [new Uint8Array(prefix.buffer), isSmaller ? compressed : plain];
}
