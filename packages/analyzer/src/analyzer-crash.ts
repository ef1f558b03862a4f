/** A crash of the analyzer: a mistake in Glacier, not in the user's code. A host shows it, and has no analysis. */
export class AnalyzerCrash extends Error {
  override readonly name = "AnalyzerCrash";
  readonly #thrown: unknown;

  /**
   * @param thrown what was thrown
   * @param reading the file that was being read, relative to the project's root
   */
  constructor(thrown: unknown, reading: string) {
    const { message, stack } =
      thrown instanceof Error ? thrown : { message: String(thrown), stack: undefined };
    super(`Internal error: ${message.replace(/^Internal error: /, "")} while reading ${reading}`);
    this.#thrown = thrown;
    // Where it happened, not where it was caught.
    if (stack !== undefined) this.stack = `${this.message}\n${stack}`;
  }

  /** What was thrown. */
  get thrown(): unknown {
    return this.#thrown;
  }
}

/**
 * Runs a part of the analysis.
 *
 * @param reading what it reads, for the message: the innermost one counts
 * @throws AnalyzerCrash whatever it throws
 */
export function whileReading<Value>(reading: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof AnalyzerCrash ? error : new AnalyzerCrash(error, reading);
  }
}
