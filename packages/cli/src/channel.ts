import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

export type Style = "error" | "warning" | "good" | "place" | "faint" | "strong";

const formats = {
  error: "red",
  warning: "yellow",
  good: "green",
  place: "cyan",
  faint: "dim",
  strong: "bold",
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

/**
 * The command's own way to one of the standard streams. It keeps the stream's `write` from the start, so that it still
 * works while the writes of user code are taken elsewhere.
 */
export class Channel {
  readonly stream: WriteStream;
  readonly #write: WriteStream["write"];
  readonly #hasColor: boolean;
  #isClosed = false;

  /** @param hasColor false never paints; true leaves it to the stream, NO_COLOR and FORCE_COLOR */
  constructor(stream: WriteStream, hasColor: boolean) {
    this.stream = stream;
    this.#write = stream.write.bind(stream) as WriteStream["write"];
    this.#hasColor = hasColor;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader, say `head`, has seen enough.
      if (error.code !== "EPIPE") throw error;
      this.#isClosed = true;
    });
  }

  /** Whether the reader has gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isTerminal(): boolean {
    return this.stream.isTTY === true;
  }

  /** Columns of the terminal; undefined where it is none, or does not say. */
  get columns(): number | undefined {
    return (this.stream.isTTY && this.stream.columns) || undefined;
  }

  /** Rows of the terminal; undefined as with `columns`. */
  get rows(): number | undefined {
    return (this.stream.isTTY && this.stream.rows) || undefined;
  }

  write(text: string): void {
    if (!this.#isClosed) this.#write(text);
  }

  writeLine(text: string): void {
    this.write(`${text}\n`);
  }

  /** Writes, and waits while the reader is behind: large data must not pile up. Does nothing once nobody reads. */
  async writeInTurn(text: string): Promise<void> {
    if (this.#isClosed || this.#write(text)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.stream.off("drain", done).off("error", done);
        resolve();
      };
      this.stream.on("drain", done).on("error", done);
    });
  }

  paint(style: Style, text: string): string {
    return this.#hasColor ? styleText(formats[style], text, { stream: this.stream }) : text;
  }

  /** Settles when everything written so far has left the process, or never will. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isClosed) resolve();
      else this.#write("", () => resolve());
    });
  }
}
