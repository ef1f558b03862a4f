/** To a store of objects `a/../b` is one name of many; to people, and to some servers that speak its protocol, it is `b`. */
export function isObjectName(key: string): boolean {
  return !key.split("/").some((part) => /^\.{0,2}$/.test(part));
}
