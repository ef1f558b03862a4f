import type { JsonObject } from "@glacier-ts/core";
import type { Type } from "../compiler-host.js";
import type { PayloadProblem } from "../model.js";

/** One payload while it is walked. */
export interface Walk {
  readonly problems: PayloadProblem[];
  /** Types that are being walked: from the payload down to here. */
  readonly open: Set<Type>;
  /** How many of them come from a declaration. */
  readonly declared: Map<string, number>;
  /** Schemas of types that lead to definitions, when they are met again. */
  readonly finished: Map<Type, JsonObject>;
  /** Names of the types that were met inside of themselves. */
  readonly recursive: Map<Type, string>;
  readonly definitions: Record<string, JsonObject>;
  /** How many references were made: they lead to this payload's definitions, so what has one is not shared. */
  references: number;
  /** A type that never ends was met: whatever else is in the payload, there is no end to it. */
  isEndless: boolean;
}

export function newWalk(): Walk {
  return {
    problems: [],
    open: new Set(),
    declared: new Map(),
    finished: new Map(),
    recursive: new Map(),
    definitions: {},
    references: 0,
    isEndless: false,
  };
}

/** Reports a type that cannot be stored. */
export function addProblem({ problems }: Walk, path: string, type: string, why: string): void {
  problems.push({ kind: "unserialisable", path, type, why });
}
