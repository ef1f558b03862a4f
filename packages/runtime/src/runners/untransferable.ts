/** A value cannot be cloned, such as a function. */
export class Untransferable extends Error {
  override readonly name = "Untransferable";
  /** Which value: `dataset 'users'`. */
  readonly what: string;
  readonly why: string;

  constructor(what: string, why: string) {
    super(`${what} cannot be sent to another thread or process: ${why}`);
    this.what = what;
    this.why = why;
  }
}
