import type { ErrorInfo, Failure, Json, JsonObject } from "@glacier-ts/core";

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

  /** Plain data, its keys included. */
  json<Data extends JsonObject>(data: Data): Data {
    if (this.#secrets.length === 0) return data;
    const redact = (value: Json): Json => {
      if (typeof value === "string") return this.text(value);
      if (Array.isArray(value)) return value.map(redact);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [this.text(key), redact(part)]));
    };
    return redact(data) as Data;
  }

  failure(failure: Failure): Failure {
    if (this.#secrets.length === 0) return failure;
    switch (failure.reason) {
      case "task-threw":
      case "input-changed":
        return { ...failure, error: this.error(failure.error) };
      case "task-crashed":
        return failure.cause.kind === "uncaught"
          ? { ...failure, cause: { ...failure.cause, error: this.error(failure.cause.error) } }
          : failure;
      case "output-invalid":
        return { ...failure, path: this.text(failure.path), found: this.text(failure.found) };
      case "not-transferable":
        return { ...failure, why: this.text(failure.why) };
      default:
        return failure;
    }
  }

  error(error: ErrorInfo): ErrorInfo {
    if (this.#secrets.length === 0) return error;
    const { name, message, stack, cause } = error;
    return {
      ...error,
      name: this.text(name),
      message: this.text(message),
      ...(stack !== undefined && { stack: this.text(stack) }),
      ...(cause && { cause: this.error(cause) }),
    };
  }
}
