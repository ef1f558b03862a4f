/** Why a storage refuses. */
export type StorageErrorReason =
  /** There is no such object, or no such bucket. */
  | "not-found"
  /** There is an object already, and it was to be created. */
  | "exists"
  /** Whoever asks is known, and may not. */
  | "denied"
  /** The credentials are missing, wrong or have run out. */
  | "unauthenticated"
  /** Nobody answers, or the connection breaks again and again. */
  | "unreachable"
  /** The object was replaced while it was read. */
  | "changed"
  /** Everything else: no space, a name that the storage cannot have, what the storage cannot do. */
  | "failed";

/** What a storage refuses. The SDK's own error stays out of it: that may hold addresses with signatures, and headers. */
export class StorageError extends Error {
  constructor(
    readonly reason: StorageErrorReason,
    /** In plain words, as the end of a sentence: "permission denied". */
    readonly why: string,
  ) {
    super(why);
    this.name = "StorageError";
  }
}
