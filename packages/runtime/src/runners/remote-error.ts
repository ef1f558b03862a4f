import type { ErrorInfo } from "@glacier-ts/core";

/** What was thrown on another thread or in another process. It looks like the original: name, message, frames, cause. */
export class RemoteError extends Error {
  readonly info: ErrorInfo;

  constructor(info: ErrorInfo) {
    super(info.message, info.cause && { cause: new RemoteError(info.cause) });
    this.name = info.name;
    this.info = info;
    const head = `${info.name}: ${info.message}`;
    this.stack = info.stack === undefined ? head : `${head}\n${info.stack}`;
  }
}
