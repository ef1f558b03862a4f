/** What docs/editor.md says of quick fixes is what there is, and its tsconfig entry is one. */
import { readFileSync } from "node:fs";
import { EditorProject } from "@glacier-ts/analyzer";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/editor.md", import.meta.url), "utf8");

it("names every diagnostic that has a quick fix, and no other", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| GLA"));
  const codes = rows.flatMap((row) =>
    Array.from(row.matchAll(/GLA(\d{4})/g), ([, number]) => 990_000 + Number(number)),
  );
  expect([...new Set(codes)].sort()).toEqual([...EditorProject.fixableCodes].sort());
});

it("shows the entry that tsc and tsserver read", () => {
  const entry = /"plugins": (\[[\s\S]*?\])/.exec(page)?.[1] ?? "";
  expect(JSON.parse(entry)).toEqual([
    { name: "@glacier-ts/plugin", transform: "@glacier-ts/plugin", transformProgram: true },
  ]);
});
