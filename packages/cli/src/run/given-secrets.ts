import { readFileSync } from "node:fs";
import process from "node:process";
import { parseEnv } from "node:util";
import {
  type Diagnostic,
  type ErrorInfo,
  fail,
  type Result,
  report,
  type SecretProvider,
  succeed,
} from "@glacier-ts/core";
import { Redaction } from "@glacier-ts/runtime";

/** The secrets of a run, from the environment, else from a file; what was given is kept out of what is shown. */
export class GivenSecrets {
  readonly #file: NodeJS.Dict<string>;
  readonly #given = new Map<string, string>();

  private constructor(file: NodeJS.Dict<string>) {
    this.#file = file;
  }

  /**
   * Reads the file, where one is named.
   * @returns GLA5020 where it cannot be read
   */
  static read(file: string | undefined): Result<GivenSecrets, Diagnostic> {
    if (file === undefined) return succeed(new GivenSecrets({}));
    try {
      return succeed(new GivenSecrets(parseEnv(readFileSync(file, "utf8"))));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? "there is no such file." : message;
      return fail(report("secretsUnreadable", { file, why }));
    }
  }

  readonly provide: SecretProvider = (name) => {
    const source = [process.env, this.#file].find((values) => Object.hasOwn(values, name));
    const value = source?.[name];
    if (value !== undefined) this.#given.set(name, value);
    return value;
  };

  /** An error without the values that were given. */
  redact(error: ErrorInfo): ErrorInfo {
    return new Redaction(this.#given).error(error);
  }
}
