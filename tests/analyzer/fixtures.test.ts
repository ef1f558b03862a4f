/**
 * The analyzer on every program of the corpus. `UPDATE_FIXTURES=1` writes what it says into the stored files: look at
 * every change before you keep it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { renderManifest } from "@glacier-ts/core";
import { expect, it } from "vitest";
import { analyzeFolder } from "./support/analyze-folder.js";
import { type FixtureCase, fixtureCases } from "./support/fixture-cases.js";
import { installCase } from "./support/temp-project.js";

const isUpdate = process.env.UPDATE_FIXTURES === "1";

function expectStored({ expectedFile }: FixtureCase, found: string): void {
  if (isUpdate) writeFileSync(expectedFile, found);
  else expect(found).toBe(existsSync(expectedFile) ? readFileSync(expectedFile, "utf8") : "");
}

it.each(fixtureCases())("$name", (fixture) => {
  const { text, manifest } = analyzeFolder(fixture.hasPackages ? installCase(fixture) : fixture.folder);
  if (fixture.expects === "diagnostics") {
    expect(text).not.toBe("");
    expectStored(fixture, text);
  } else {
    expect(text).toBe("");
    expectStored(fixture, renderManifest(manifest));
  }
});
