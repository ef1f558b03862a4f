import { copy } from "./copy.js";
import { freeze } from "./freeze.js";

/**
 * A value that several tasks read, and that none of them can change for the others: it is frozen where it can be, and is
 * then the same for all. What cannot be frozen (see `freeze`) is copied for each reader, which may change its copy.
 *
 * Nobody else can change it either, such as the task that made it and still has it.
 */
export class SharedValue {
  readonly #value: unknown;
  readonly #isFrozen: boolean;

  constructor(value: unknown) {
    this.#isFrozen = freeze(value);
    this.#value = this.#isFrozen ? value : copy(value);
  }

  /** The value, for one more reader. */
  read(): unknown {
    return this.#isFrozen ? this.#value : copy(this.#value);
  }
}
