import { errorInfo } from "../error-info.js";
import type { RemoteFailure } from "./messages.js";
import { RemoteError } from "./remote-error.js";
import { Untransferable } from "./untransferable.js";

/** Describes what went wrong, for the other side. */
export function failureOf(thrown: unknown): RemoteFailure {
  if (thrown instanceof Untransferable) return { kind: "untransferable", what: thrown.what, why: thrown.why };
  return { kind: "threw", error: errorInfo(thrown) };
}

/** What went wrong on the other side, as an error. */
export function errorOf(failure: RemoteFailure): RemoteError | Untransferable {
  return failure.kind === "threw"
    ? new RemoteError(failure.error)
    : new Untransferable(failure.what, failure.why);
}

const maxLength = 200;

/** Why a message could not be posted, as part of a sentence. Of a function, Node quotes the whole source. */
export function untransferable(what: string, thrown: unknown): Untransferable {
  const message = errorInfo(thrown).message.replace(/\.$/, "");
  return new Untransferable(what, message.length > maxLength ? `${message.slice(0, maxLength)}…` : message);
}
