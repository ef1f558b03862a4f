import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setImmediate as nextTurn } from "node:timers/promises";

const tailLength = 4096;

/** From here on, a process that is out of memory writes addresses, which are of no use to anybody. */
const lastWords = Buffer.from("\n<--- Last few GCs --->");

/** Passes on what a process writes to one of its standard streams, at the pace of the stream that takes it. */
export class ProcessOutput {
  readonly #source: Readable;
  readonly #target: Writable;
  readonly #decoder = new StringDecoder();
  #tail = "";
  readonly #lastWords: Buffer[] = [];
  #chunks = 0;
  #hasEnded = false;
  #written: Promise<void> = Promise.resolve();

  constructor(source: Readable, target: Writable) {
    this.#source = source;
    this.#target = target;
    void this.#passOn();
  }

  /** The process has written that it is out of memory; that is not passed on. */
  get isOutOfMemory(): boolean {
    return this.#lastWords.length > 0 && /out of memory/i.test(this.#tail);
  }

  /**
   * To be called when the process has ended: resolves when all that it wrote is passed on. Programs that it started may
   * hold the stream for longer; they are not waited for.
   */
  async finish(): Promise<void> {
    // Everything is in the pipe by now, so turns of the event loop that bring nothing mean that nothing is left.
    for (let seen = -1; !this.#hasEnded && seen !== this.#chunks; ) {
      seen = this.#chunks;
      await this.#written;
      await nextTurn();
      await nextTurn();
    }
    if (!this.isOutOfMemory) for (const chunk of this.#lastWords) await this.#write(chunk);
    this.#source.destroy();
  }

  async #passOn(): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        this.#chunks++;
        this.#tail = (this.#tail + this.#decoder.write(chunk)).slice(-tailLength);
        this.#written = this.#write(this.#withoutLastWords(chunk));
        await this.#written;
      }
    } catch {
      // The pipe is broken or was given up: there is nothing more to pass on.
    }
    this.#hasEnded = true;
  }

  /** `write` is looked up each time: a progress display may take it over. */
  #write(chunk: Buffer): Promise<void> {
    return new Promise((resolve) => this.#target.write(chunk, () => resolve()));
  }

  #withoutLastWords(chunk: Buffer): Buffer {
    const start = this.#lastWords.length > 0 ? 0 : chunk.indexOf(lastWords);
    if (start < 0) return chunk;
    this.#lastWords.push(chunk.subarray(start));
    return chunk.subarray(0, start);
  }
}
