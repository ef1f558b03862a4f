/**
 * What is made for an object, for as long as the parts that it is made of are the same objects: in an editor the same
 * facts are linked again and again.
 */
export class Remembered<Key extends object, Value> {
  readonly #made = new WeakMap<Key, { readonly parts: readonly unknown[]; readonly value: Value }>();

  get(key: Key, parts: readonly unknown[], make: () => Value): Value {
    const known = this.#made.get(key);
    if (known && isSameList(known.parts, parts)) return known.value;
    const value = make();
    this.#made.set(key, { parts, value });
    return value;
  }
}

/** Whether two lists have the same items. */
export function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
}
