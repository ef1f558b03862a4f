import { GlacierError, report } from "@glacier-ts/core";
import type { HomeRequest } from "../home.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import { HttpStore } from "./http.js";

/**
 * Finds the file of `http({ url })`.
 *
 * @throws GlacierError with GLA1010 where it is no URL
 */
export function findHttp({ options }: HomeRequest): ObjectPlace {
  const { value, shown, isSecret } = options.required("url");
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) {
    const found = isSecret ? shown : `'${shown}'`;
    const expected = "a URL that begins with https: or http:";
    throw new GlacierError([
      report("invalidOption", { owner: `dataset '${options.dataset}'`, option: "url", found, expected }),
    ]);
  }
  // A name, a password and what follows a question mark may be secret.
  const place = isSecret ? shown : `${url.origin}${url.pathname}`;
  return { store: new HttpStore({ urlOf: () => value, describe: () => place }), key: nameOf(url) };
}

/** The name of the file, whose ending says its format. */
function nameOf({ pathname }: URL): string {
  const { name } = splitPath(pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
