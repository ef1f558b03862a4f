import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setImmediate as nextTurn } from "node:timers/promises";

const tailLength = 4096;

/** Passes on what a process writes to one of its standard streams, at the pace of the stream that takes it. */
export class ProcessOutput {
  readonly #source: Readable;
  readonly #target: Writable;
  readonly #decoder = new StringDecoder();
  #tail = "";
  #chunks = 0;
  #hasEnded = false;
  #written: Promise<void> = Promise.resolve();

  constructor(source: Readable, target: Writable) {
    this.#source = source;
    this.#target = target;
    void this.#passOn();
  }

  /** The end of what was written. */
  get tail(): string {
    return this.#tail;
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
    this.#source.destroy();
  }

  async #passOn(): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        this.#chunks++;
        this.#tail = (this.#tail + this.#decoder.write(chunk)).slice(-tailLength);
        // `write` is looked up each time: a progress display may take it over.
        this.#written = new Promise((resolve) => this.#target.write(chunk, () => resolve()));
        await this.#written;
      }
    } catch {
      // The pipe is broken or was given up: there is nothing more to pass on.
    }
    this.#hasEnded = true;
  }
}
