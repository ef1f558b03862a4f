/** Errors of the operating system in plain words; their own messages hold paths, which may be secret. */

/** @returns undefined where `error` is no error of the operating system */
export function systemErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return words[error.code] ?? (/^E[A-Z0-9]+$/.test(error.code) ? `the system says ${error.code}` : undefined);
}

export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const words: { readonly [code: string]: string } = {
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be too large",
  EISDIR: "it is a directory",
  ENOTDIR: "a file is in the place of a directory on the way to it",
  // mkdir says so where a parent is a file.
  EEXIST: "a file is in the place of a directory on the way to it",
  ENOENT: "there is no such file or directory",
  ELOOP: "too many symbolic links are on the way to it",
  ENAMETOOLONG: "the path is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  EIO: "the device failed",
  ERR_INVALID_ARG_VALUE: "the path has a character that no path can have",
};
