import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import {
  type Diagnostic,
  fail,
  type Json,
  type Manifest,
  parseManifest,
  type Result,
  renderManifest,
  report,
  sortKeys,
  succeed,
} from "@glacier-ts/core";
import { countText } from "./units.js";

/**
 * Writes the manifest unless the file has that text already.
 * @returns whether it was written; GLA4005 where it cannot be
 */
export function writeManifestFile(file: string, text: string): Result<boolean, Diagnostic> {
  if (readText(file) === text) return succeed(false);
  // Written aside and renamed: a reader sees the former manifest or the new one, never a part.
  const aside = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(aside, text);
    renameSync(aside, file);
    return succeed(true);
  } catch (error) {
    rmSync(aside, { force: true });
    return fail(report("manifestUnwritable", { file, why: (error as Error).message }));
  }
}

/** What differs between a manifest and the file; undefined when nothing does. */
export function compareManifestFile(file: string, manifest: Manifest): string | undefined {
  const text = readText(file);
  if (text === undefined) return "the file does not exist";
  // A checkout on Windows may have changed the line ends.
  if (text.replaceAll("\r\n", "\n") === renderManifest(manifest)) return undefined;
  const stored = parseManifest(text, file);
  if (!stored.ok) return "the file is not a manifest of this version";
  const changes = (["pipelines", "tasks", "datasets"] as const).flatMap((section) =>
    describeChanges(section.slice(0, -1), stored.value[section], manifest[section]),
  );
  return changes.length > 0 ? changes.join(", ") : "the text differs";
}

type Section = Readonly<Record<string, unknown>>;

/** `1 task added (src/tasks.ts#clean)`. */
function describeChanges(noun: string, before: Section, after: Section): string[] {
  const isIn = (section: Section) => (key: string) => Object.hasOwn(section, key);
  const changed = Object.keys(after)
    .filter(isIn(before))
    .filter(
      (key) => JSON.stringify(sortKeys(before[key] as Json)) !== JSON.stringify(sortKeys(after[key] as Json)),
    );
  const list = (keys: readonly string[], what: string) =>
    keys.length === 0 ? [] : [`${countText(keys.length, noun)} ${what} (${shorten(keys)})`];
  return [
    ...list(
      Object.keys(after).filter((key) => !isIn(before)(key)),
      "added",
    ),
    ...list(
      Object.keys(before).filter((key) => !isIn(after)(key)),
      "removed",
    ),
    ...list(changed, "changed"),
  ];
}

function shorten(keys: readonly string[]): string {
  return keys.length <= 3 ? keys.join(", ") : `${keys.slice(0, 3).join(", ")}, …`;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
