/** Read-only twins of the prototypes of `Date`, `Map` and `Set`, whose data `Object.freeze` does not reach. */

/** Thrown by a method that would change a date, map or set that several tasks read. */
export class ReadOnlyError extends TypeError {
  readonly builtin: Builtin;

  constructor(builtin: Builtin, method: string) {
    super(`Cannot call '${method}' of a ${builtin} that other tasks read`);
    this.builtin = builtin;
    // As the errors of the language for frozen objects.
    this.name = "TypeError";
  }
}

export type Builtin = "date" | "map" | "set";

const dateSetters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set"));
const readOnlyDate = readOnly("date", Date.prototype, dateSetters);
const mapSetters = ["set", "delete", "clear", "getOrInsert", "getOrInsertComputed"];
const readOnlyMap = readOnly("map", Map.prototype, mapSetters);
const readOnlySet = readOnly("set", Set.prototype, ["add", "delete", "clear"]);

const prototypes = {
  date: { ordinary: Date.prototype, twin: readOnlyDate },
  map: { ordinary: Map.prototype, twin: readOnlyMap },
  set: { ordinary: Set.prototype, twin: readOnlySet },
};

/** Which builtin has this very prototype, or its read-only twin. */
export function builtinOf(prototype: object): Builtin | undefined {
  if (prototype === Date.prototype || prototype === readOnlyDate) return "date";
  if (prototype === Map.prototype || prototype === readOnlyMap) return "map";
  if (prototype === Set.prototype || prototype === readOnlySet) return "set";
  return undefined;
}

/** Whether the object can no longer be changed by its methods. */
export function isReadOnly(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === readOnlyDate || prototype === readOnlyMap || prototype === readOnlySet;
}

/**
 * Gives a date, map or set the read-only twin of its prototype. It stays what it is for `instanceof`, its `constructor`
 * and `structuredClone`.
 *
 * @returns false for an object of a subclass, whose own methods may change it, and for one that is frozen
 */
export function makeReadOnly(object: object, builtin: Builtin): boolean {
  const { ordinary, twin } = prototypes[builtin];
  const prototype = Object.getPrototypeOf(object);
  if (prototype === twin) return true;
  if (prototype !== ordinary || !Object.isExtensible(object)) return false;
  Object.setPrototypeOf(object, twin);
  return true;
}

function readOnly(builtin: Builtin, prototype: object, methods: readonly string[]): object {
  const twin = Object.create(prototype) as object;
  for (const method of methods) {
    const value = () => {
      throw new ReadOnlyError(builtin, method);
    };
    Object.defineProperty(twin, method, { value });
  }
  return Object.freeze(twin);
}
