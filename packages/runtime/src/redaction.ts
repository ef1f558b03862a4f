import type { ErrorInfo } from "@glacier-ts/core";

/** Keeps the values of secrets out of what is shown. */
export class Redaction {
  /** The longest value first: one may be a part of another. */
  readonly #secrets: readonly (readonly [name: string, value: string])[];

  /** @param secrets values by the names of the secrets */
  constructor(secrets: ReadonlyMap<string, string>) {
    this.#secrets = [...secrets]
      .filter(([, value]) => value !== "")
      .sort(([, one], [, other]) => other.length - one.length);
  }

  text(text: string): string {
    return this.#secrets.reduce(
      (redacted, [name, value]) => redacted.replaceAll(value, `‹secret ${name}›`),
      text,
    );
  }

  error(error: ErrorInfo): ErrorInfo {
    if (this.#secrets.length === 0) return error;
    const { name, message, stack, cause } = error;
    return {
      name: this.text(name),
      message: this.text(message),
      ...(stack !== undefined && { stack: this.text(stack) }),
      ...(cause && { cause: this.error(cause) }),
    };
  }
}
