import { suggest } from "@glacier-ts/core";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each<[name: string, candidates: readonly string[], expected: string | undefined]>([
  ["raw_user", ["raw_users", "clean_users"], "raw_users"],
  ["raw_userss", ["raw_users"], "raw_users"],
  ["raw-users", ["raw_users"], "raw_users"],
  ["rawusers", ["orders", "raw_users"], "raw_users"],
  ["RAW_USERS", ["raw_users"], "raw_users"],
  ["summarize", ["summarise"], "summarise"],
  // Two neighbours in the wrong order are one mistake.
  ["claen", ["clean"], "clean"],
  ["rwa", ["raw"], "raw"],
  ["extrcat_ordres", ["extract_orders"], "extract_orders"],
  // The nearest one, and of equals the first.
  ["user_raw", ["users_raw", "user_row", "user_ra"], "users_raw"],
  ["clean", ["cleaned_", "clear"], "clear"],
  // Too far: more than a third of the letters.
  ["users", ["orders"], undefined],
  ["metrics", ["metadata"], undefined],
  ["clean", ["cle"], undefined],
  ["abcdef", ["abcxyz"], undefined],
  ["abcdef", ["abcdxy"], "abcdxy"],
  // Short names.
  ["ab", ["ac"], "ac"],
  ["ab", ["cd"], undefined],
  ["a", ["b", "ab"], undefined],
  ["a", ["A"], "A"],
  ["", ["a"], undefined],
  // Not itself, and not from nothing.
  ["clean", ["clean"], undefined],
  ["clean", ["clean", "cleaned"], undefined],
  ["clean", [], undefined],
])("%j of %j suggests %j", (name, candidates, expected) => {
  expect(suggest(name, candidates)).toBe(expected);
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 9 });

test("a suggestion is the first of the nearest candidates", () => {
  fc.assert(
    fc.property(word, fc.array(word), (name, candidates) => {
      const limit = name.length < 2 ? 0 : Math.max(1, Math.floor(name.length / 3));
      const near = candidates
        .filter((candidate) => candidate !== name)
        .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
        .filter(({ distance }) => distance <= limit)
        .sort((a, b) => a.distance - b.distance);
      expect(suggest(name, candidates)).toBe(near[0]?.candidate);
    }),
    { numRuns: 1_000 },
  );
});

test("a suggestion among very long and very many names is found at once", () => {
  const long = "x".repeat(5_000);
  expect(suggest(`${long}a`, [`${long}b`])).toBe(`${long}b`);
  const many = Array.from({ length: 100_000 }, (_, index) => `dataset_${index}`);
  expect(suggest("datasett_99999", many)).toBe("dataset_99999");
});

/** The recursive definition of the distance. */
function distanceOf(left: string, right: string): number {
  const known = new Map<string, number>();
  const of = (l: number, r: number): number => {
    const key = `${l} ${r}`;
    const found = known.get(key) ?? compute(l, r);
    known.set(key, found);
    return found;
  };
  const compute = (l: number, r: number): number => {
    if (l === 0 || r === 0) return l + r;
    const isSwap = l > 1 && r > 1 && left[l - 1] === right[r - 2] && left[l - 2] === right[r - 1];
    return Math.min(
      of(l - 1, r) + 1,
      of(l, r - 1) + 1,
      of(l - 1, r - 1) + (left[l - 1] === right[r - 1] ? 0 : 1),
      isSwap ? of(l - 2, r - 2) + 1 : Number.POSITIVE_INFINITY,
    );
  };
  return of(left.length, right.length);
}
