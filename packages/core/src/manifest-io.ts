import { report } from "./catalog.js";
import type { Diagnostic } from "./diagnostic.js";
import { elementsOf } from "./graph.js";
import { sortKeys } from "./json.js";
import { type Manifest, manifestVersion } from "./manifest.js";
import { fail, type Result, succeed } from "./result.js";

/** The manifest's text: sorted keys, two spaces, a final newline. Equal manifests have equal texts. */
export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(sortKeys(manifest), undefined, 2)}\n`;
}

/**
 * Reads a manifest's text.
 *
 * @param file where it came from, for the diagnostic
 * @returns the manifest, or GLA4002 (not a manifest) or GLA4003 (written by a newer Glacier)
 */
export function parseManifest(text: string, file: string): Result<Manifest, Diagnostic> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(report("manifestUnreadable", { file, found: "text that is not JSON" }));
  }
  return readManifest(value, file);
}

/** Checks that a parsed JSON value is a manifest of a version that this package knows; failures as in `parseManifest`. */
export function readManifest(value: unknown, file: string): Result<Manifest, Diagnostic> {
  if (!isRecord(value) || typeof value.version !== "number") {
    return fail(report("manifestUnreadable", { file, found: "no version number" }));
  }
  if (value.version > manifestVersion) {
    return fail(report("manifestTooNew", { file, found: value.version, known: manifestVersion }));
  }
  const missing = ["datasets", "tasks", "pipelines", "schemas"].find((section) => !isRecord(value[section]));
  if (value.version !== manifestVersion || missing) {
    const found = missing ? `no section "${missing}"` : `version ${value.version}`;
    return fail(report("manifestUnreadable", { file, found }));
  }
  const manifest = value as unknown as Manifest;
  const broken = brokenReference(manifest);
  return broken === undefined
    ? succeed(manifest)
    : fail(report("manifestUnreadable", { file, found: broken }));
}

/** What a graph is built from must be there: the tasks of each pipeline, and those that its edges connect. */
function brokenReference({ pipelines, tasks, modules = {} }: Manifest): string | undefined {
  if (!isRecord(modules)) return 'a section "modules" that is no object';
  for (const [module, outputs] of Object.entries(modules)) {
    if (typeof outputs?.declarations !== "string") return `module '${module}' without declarations`;
  }
  for (const [id, pipeline] of Object.entries(pipelines)) {
    if (
      !Array.isArray(pipeline?.tasks) ||
      !Array.isArray(pipeline.edges) ||
      !Array.isArray(pipeline.external) ||
      !Array.isArray(pipeline.checks ?? [])
    ) {
      return `pipeline '${id}' lacks its tasks, edges or external datasets`;
    }
    const members = new Set(elementsOf(pipeline).map((element) => element.task));
    for (const task of members) {
      const found = Object.hasOwn(tasks, task) ? tasks[task] : undefined;
      const isWhole = Array.isArray(found?.inputs) && Array.isArray(found.outputs);
      if (!isWhole) return `pipeline '${id}' has task '${task}', which is not described`;
    }
    const stray = pipeline.edges.flatMap(({ from, to }) => [from, to]).find((task) => !members.has(task));
    if (stray !== undefined)
      return `an edge of pipeline '${id}' leads to '${stray}', which is none of its tasks`;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
