import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface TurnOptions {
  readonly turns: number;
  /** Turns before, which are not counted. */
  readonly warmUps: number;
}

/**
 * Runs variants of the same work in turns, so that whatever else the machine does meets all of them. Each begins with an
 * empty young generation: none pays for what another has just left behind.
 *
 * @returns milliseconds, the lowest of all turns: what else the machine does only adds to them
 */
export async function measureInTurns<Name extends string>(
  variants: Readonly<Record<Name, () => unknown>>,
  { turns, warmUps }: TurnOptions,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(variants) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let turn = -warmUps; turn < turns; turn++) {
    for (const [name, all] of times) {
      collectGarbage();
      const startedAt = performance.now();
      await variants[name]();
      if (turn >= 0) all.push(performance.now() - startedAt);
    }
  }
  const lowest = Array.from(times, ([name, all]) => [name, Math.min(...all)] as const);
  return Object.fromEntries(lowest) as Record<Name, number>;
}

function collectGarbage(): void {
  garbageCollector ??= findGarbageCollector();
  // A full collection would also forget hidden classes, and with them the compiled code.
  garbageCollector({ type: "minor" });
}

let garbageCollector: ((options: { type: "minor" }) => void) | undefined;

/** Node shows its garbage collector to contexts that are made after it was told to. */
function findGarbageCollector(): NonNullable<typeof garbageCollector> {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
