import { GlacierError, report } from "@glacier-ts/core";
import type { StorageOptions } from "../storage-options.js";

/**
 * The option that is the URL of a server.
 *
 * @throws GlacierError with GLA1010 where it is no URL
 */
export function endpointOf(options: StorageOptions): string | undefined {
  const endpoint = options.text("endpoint");
  if (!endpoint || /^https?:$/.test(URL.parse(endpoint.value)?.protocol ?? "")) return endpoint?.value;
  const found = endpoint.isSecret ? endpoint.shown : `'${endpoint.shown}'`;
  const owner = `dataset '${options.dataset}'`;
  const expected = "a URL that begins with https: or http:";
  throw new GlacierError([report("invalidOption", { owner, option: "endpoint", found, expected })]);
}
