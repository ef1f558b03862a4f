import { binaryKinds, tag } from "./value-format.js";

/** Reads a value that `encodeValue` has written. @throws where the bytes are something else */
export function decodeValue(frames: Iterable<Uint8Array>): unknown {
  return new Decoder(frames[Symbol.iterator]()).read();
}

class Decoder {
  readonly #frames: Iterator<Uint8Array>;
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  #position = 0;
  readonly #shapes: (readonly string[])[] = [];
  /** By number: the containers that can still be referred to, see the encoder. */
  readonly #begun = new Map<number, object>();
  #containers = 0;
  #depth = 0;

  constructor(frames: Iterator<Uint8Array>) {
    this.#frames = frames;
  }

  read(): unknown {
    if (this.#position >= this.#bytes.length) this.#nextFrame();
    const kind = this.#bytes[this.#position++];
    switch (kind) {
      case tag.null:
        return null;
      case tag.undefined:
        return undefined;
      case tag.false:
        return false;
      case tag.true:
        return true;
      case tag.integer: {
        const zigzag = this.#readSize();
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case tag.double:
        return this.#view.getFloat64(this.#skip(8), true);
      case tag.notANumber:
        return Number.NaN;
      case tag.latin1: {
        const start = this.#skip(this.#readSize());
        return this.#bytes.toString("latin1", start, this.#position);
      }
      case tag.utf16: {
        const start = this.#skip(2 * this.#readSize());
        return this.#bytes.toString("utf16le", start, this.#position);
      }
      case tag.bigint:
        return BigInt(this.read() as string);
      case tag.date:
        return new Date(this.read() as number);
      case tag.array:
        return this.#readArray();
      case tag.newShape: {
        const shape = Array.from({ length: this.#readSize() }, () => this.read() as string);
        this.#shapes.push(shape);
        return this.#readObject(shape);
      }
      case tag.object:
        return this.#readObject(this.#shapes[this.#readSize()]);
      case tag.map:
        return this.#readMap();
      case tag.set:
        return this.#readSet();
      case tag.binary:
        return this.#readBinary();
      case tag.reference:
        return this.#begun.get(this.#readSize());
      default:
        throw new Error(`a value cannot begin with ${kind}`);
    }
  }

  #readArray(): unknown[] {
    const length = this.#readSize();
    const array: unknown[] = [];
    const number = this.#begin(array);
    for (let index = 0; index < length; index++) {
      if (this.#position >= this.#bytes.length) this.#nextFrame();
      if (this.#bytes[this.#position] === tag.hole) {
        this.#position++;
        array.length++;
      } else array.push(this.read());
    }
    this.#end(number);
    return array;
  }

  #readObject(shape: readonly string[] | undefined): object {
    if (shape === undefined) throw new Error("an object without a shape");
    const object: Record<string, unknown> = {};
    const number = this.#begin(object);
    for (const key of shape) {
      if (key === "__proto__") setOwn(object, key, this.read());
      else object[key] = this.read();
    }
    this.#end(number);
    return object;
  }

  #readMap(): Map<unknown, unknown> {
    const size = this.#readSize();
    const map = new Map<unknown, unknown>();
    const number = this.#begin(map);
    for (let index = 0; index < size; index++) {
      const key = this.read();
      map.set(key, this.read());
    }
    this.#end(number);
    return map;
  }

  #readSet(): Set<unknown> {
    const size = this.#readSize();
    const set = new Set<unknown>();
    const number = this.#begin(set);
    for (let index = 0; index < size; index++) set.add(this.read());
    this.#end(number);
    return set;
  }

  #readBinary(): object {
    const kind = binaryKinds[this.#bytes[this.#skip(1)] as number];
    if (!kind) throw new Error("binary data of an unknown kind");
    const start = this.#skip(this.#readSize());
    const value = kind.make(new Uint8Array(this.#bytes.subarray(start, this.#position)).buffer);
    this.#end(this.#begin(value));
    return value;
  }

  #begin(container: object): number {
    this.#begun.set(this.#containers, container);
    this.#depth++;
    return this.#containers++;
  }

  #end(number: number): void {
    this.#depth--;
    if (this.#depth === 1) this.#begun.delete(number);
  }

  /** Seven bits a byte, the low ones first. */
  #readSize(): number {
    let size = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#skip(1)] as number;
      size += (byte & 127) * factor;
      if (byte < 128) return size;
    }
  }

  /** Moves over `count` bytes. @returns where they begin */
  #skip(count: number): number {
    const start = this.#position;
    this.#position += count;
    if (this.#position > this.#bytes.length) throw new Error("the bytes end inside of a value");
    return start;
  }

  #nextFrame(): void {
    const { value, done } = this.#frames.next();
    if (done || value.length === 0) throw new Error("the bytes end before the value");
    this.#bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#view = viewOf(this.#bytes);
    this.#position = 0;
  }
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function setOwn(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
