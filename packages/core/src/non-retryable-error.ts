// Registered, so that two copies of this package know each other's errors.
const mark = Symbol.for("@glacier-ts/core/non-retryable");

/**
 * Thrown by a task that need not be tried again: the same would happen.
 *
 * ```ts
 * if (response.status === 404) throw new NonRetryableError(`There is no page ${url}`);
 * ```
 */
export class NonRetryableError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NonRetryableError";
    Object.defineProperty(this, mark, { value: true });
  }
}

/** Whether a thrown value says that it need not be tried again. */
export function isNonRetryable(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && mark in thrown;
}
