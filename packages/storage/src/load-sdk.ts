import { GlacierError, report } from "@glacier-ts/core";
import type { StorageOptions } from "./storage-options.js";

/**
 * Imports a vendor's SDK, which people install themselves.
 *
 * @param packages what has to be installed
 * @throws GlacierError with GLA5050 where it is not installed
 */
export async function loadSdk<T>(
  { dataset, kind }: StorageOptions,
  packages: readonly string[],
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isNotFound(error, packages)) throw error;
    throw new GlacierError([report("sdkMissing", { dataset, kind, packages })]);
  }
}

/** One of the packages is not there; a package that one of them needs may be missing for other reasons. */
function isNotFound(error: unknown, packages: readonly string[]): boolean {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return false;
  return packages.some((name) => error.message.includes(`'${name}'`));
}
