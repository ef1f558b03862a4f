import { types } from "node:util";
import { binaryKinds, frameBytes, maxDepth, tag } from "./value-format.js";

/** Characters whose number takes one byte, and that are fast to write one by one. */
const shortText = 40;

/** The value, or something in it, is no data. */
export class NotEncodable extends Error {}

/**
 * Writes a value as bytes: what JSON has, and undefined, bigint, Date, Map, Set, binary data and cycles. Instances of a
 * class without methods are written as plain objects. Keys that are symbols, and properties of arrays that are no items,
 * are left out.
 *
 * An object that is met twice inside of items is written once, so values that share a lot stay small; an item of the
 * outermost array that comes twice is written twice, so that rows need no memory here.
 *
 * @returns frames, as they get full: between two of them the items of an outermost array are read, and no more
 * @throws NotEncodable while the frames are read
 */
export function* encodeValue(value: unknown): Generator<Uint8Array, void> {
  const encoder = new Encoder();
  if (Array.isArray(value)) {
    encoder.beginArray(value);
    for (let index = 0; index < value.length; index++) {
      encoder.writeItem(value, index);
      if (encoder.frames.length > 0) yield* encoder.frames.splice(0);
    }
  } else {
    encoder.write(value);
    yield* encoder.frames;
  }
  yield encoder.finish();
}

/** Keys of objects, as a tree by key; a node where a list of keys ends has the number of that shape. */
class ShapeNode {
  readonly next = new Map<string, ShapeNode>();
  shape = -1;
}

class Encoder {
  readonly frames: Uint8Array[] = [];
  #bytes = Buffer.allocUnsafe(1024);
  #view = viewOf(this.#bytes);
  #length = 0;
  readonly #shapes = new ShapeNode();
  #shapeCount = 0;
  /** Numbers of the containers that were begun, but for finished items of the outermost one. */
  readonly #numbers = new Map<object, number>();
  #containers = 0;
  #depth = 0;
  /** The property that was met last, for messages. */
  #key = "";

  write(value: unknown): void {
    if (this.#length >= frameBytes) this.#endFrame();
    switch (typeof value) {
      case "string":
        return this.#writeText(value);
      case "number":
        return this.#writeNumber(value);
      case "boolean":
        return this.#writeByte(value ? tag.true : tag.false);
      case "undefined":
        return this.#writeByte(tag.undefined);
      case "object":
        return value === null ? this.#writeByte(tag.null) : this.#writeObject(value);
      case "bigint":
        this.#writeByte(tag.bigint);
        return this.#writeText(String(value));
      default:
        throw this.#refuse(`a ${typeof value}`);
    }
  }

  beginArray(array: readonly unknown[]): void {
    this.#begin(array);
    this.#writeByte(tag.array);
    this.#writeSize(array.length);
  }

  writeItem(array: readonly unknown[], index: number): void {
    const item = array[index];
    if (item === undefined && !(index in array)) this.#writeByte(tag.hole);
    else this.write(item);
  }

  /** The last frame. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #writeObject(value: object): void {
    if (types.isDate(value)) {
      this.#writeByte(tag.date);
      return this.#writeNumber(value.getTime());
    }
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      this.#writeByte(tag.reference);
      return this.#writeSize(number);
    }
    if (this.#depth >= maxDepth) throw new NotEncodable(`it is nested more than ${maxDepth} levels deep`);
    this.#begin(value);
    if (Array.isArray(value)) {
      this.#writeByte(tag.array);
      this.#writeSize(value.length);
      for (let index = 0; index < value.length; index++) this.writeItem(value, index);
    } else if (types.isMap(value)) {
      this.#writeByte(tag.map);
      this.#writeSize(value.size);
      for (const [key, item] of value) {
        this.write(key);
        this.write(item);
      }
    } else if (types.isSet(value)) {
      this.#writeByte(tag.set);
      this.#writeSize(value.size);
      for (const item of value) this.write(item);
    } else if (types.isArrayBuffer(value) || types.isArrayBufferView(value)) {
      this.#writeBinary(value);
    } else {
      this.#writeProperties(value as Record<string, unknown>);
    }
    this.#depth--;
    // Depth 1 is an item of the outermost container.
    if (this.#depth === 1) this.#numbers.delete(value);
  }

  #begin(container: object): void {
    this.#numbers.set(container, this.#containers++);
    this.#depth++;
  }

  #writeProperties(object: Record<string, unknown>): void {
    if (!isData(object)) throw this.#refuse(describeInstance(object));
    const keys = Object.keys(object);
    let node = this.#shapes;
    for (const key of keys) {
      let next = node.next.get(key);
      if (next === undefined) {
        next = new ShapeNode();
        node.next.set(key, next);
      }
      node = next;
    }
    if (node.shape >= 0) {
      this.#writeByte(tag.object);
      this.#writeSize(node.shape);
    } else {
      node.shape = this.#shapeCount++;
      this.#writeByte(tag.newShape);
      this.#writeSize(keys.length);
      for (const key of keys) this.#writeText(key);
    }
    for (const key of keys) {
      this.#key = key;
      this.write(object[key]);
    }
  }

  #writeBinary(value: ArrayBuffer | ArrayBufferView): void {
    const name = Buffer.isBuffer(value) ? "Buffer" : Object.prototype.toString.call(value).slice(8, -1);
    const kind = binaryKinds.findIndex((candidate) => candidate.name === name);
    if (kind < 0) throw this.#refuse(`an instance of ${name}`);
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    this.#writeByte(tag.binary);
    this.#writeByte(kind);
    this.#writeSize(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #writeNumber(value: number): void {
    this.#reserve(9);
    // Of the two zeros, the negative one is a double.
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.#bytes[this.#length++] = tag.integer;
      this.#writeSize(((value << 1) ^ (value >> 31)) >>> 0);
    } else if (Number.isNaN(value)) {
      this.#bytes[this.#length++] = tag.notANumber;
    } else {
      this.#bytes[this.#length++] = tag.double;
      this.#view.setFloat64(this.#length, value, true);
      this.#length += 8;
    }
  }

  #writeText(text: string): void {
    if (text.length <= shortText && this.#writeShortText(text)) return;
    const isLatin1 = text.length > shortText && !/[\u0100-\uffff]/.test(text);
    const size = isLatin1 ? text.length : 2 * text.length;
    this.#writeByte(isLatin1 ? tag.latin1 : tag.utf16);
    this.#writeSize(text.length);
    this.#reserve(size);
    this.#bytes.write(text, this.#length, isLatin1 ? "latin1" : "utf16le");
    this.#length += size;
  }

  /** A call of the buffer's own writer costs more than a short loop. @returns whether the text could be written */
  #writeShortText(text: string): boolean {
    this.#reserve(2 + text.length);
    const bytes = this.#bytes;
    const start = this.#length + 2;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0xff) return false;
      bytes[start + index] = code;
    }
    bytes[this.#length] = tag.latin1;
    bytes[this.#length + 1] = text.length;
    this.#length = start + text.length;
    return true;
  }

  /** Seven bits a byte, the low ones first. */
  #writeSize(size: number): void {
    this.#reserve(8);
    let left = size;
    while (left >= 128) {
      this.#bytes[this.#length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#length++] = left;
  }

  #writeByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, needed));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }

  #endFrame(): void {
    this.frames.push(this.#bytes.subarray(0, this.#length));
    this.#bytes = Buffer.allocUnsafe(frameBytes + 1024);
    this.#view = viewOf(this.#bytes);
    this.#length = 0;
  }

  #refuse(what: string): NotEncodable {
    return new NotEncodable(this.#key === "" ? `it is ${what}` : `'${this.#key}' is ${what}`);
  }
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Prototypes that have no behaviour: what is lost without them is a name. */
const knownPrototypes = new WeakMap<object, boolean>([[Object.prototype, true]]);

function isData(object: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(object);
  if (prototype === null || prototype === Object.prototype) return true;
  let known = knownPrototypes.get(prototype);
  if (known === undefined) {
    known = !types.isProxy(object) && hasNoBehaviour(prototype);
    knownPrototypes.set(prototype, known);
  }
  return known;
}

function hasNoBehaviour(prototype: object): boolean {
  const parent: object | null = Object.getPrototypeOf(prototype);
  // The prototype of plain objects, perhaps of another realm.
  if (parent === null) return true;
  return Reflect.ownKeys(prototype).every((key) => key === "constructor") && isData(prototype);
}

function describeInstance(object: object): string {
  const { name } = (object.constructor as { name?: unknown } | undefined) ?? {};
  return `an instance of ${typeof name === "string" && name !== "" ? name : "a class"}`;
}
