import type { RunEvent } from "@glacier-ts/core";
import type { Terminal } from "../terminal.js";
import type { RunView } from "./run-view.js";
import { takeWrites } from "./user-output.js";

/** One event a line. What user code writes to stdout goes to stderr, or it would break the stream. */
export class JsonView implements RunView {
  readonly #terminal: Terminal;
  readonly #release: () => void;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#release = takeWrites(terminal.stdout.stream, (chunk) => {
      terminal.stderr.write(chunk);
    });
  }

  show(event: RunEvent): void {
    this.#terminal.stdout.writeLine(JSON.stringify(event));
  }

  note(): void {}

  close(): void {
    this.#release();
  }
}
