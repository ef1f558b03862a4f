/** Tasks of other packages and projects that a pipeline lists: what their declarations and manifests say, in one. */
import path from "node:path";
import {
  type Diagnostic,
  fail,
  type JsonObject,
  type ManifestTask,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import type { ElementFacts, OtherDeclaration, TaskFacts } from "../model.js";
import type { Dependencies } from "./dependencies.js";
import { readOtherModule, type Unread } from "./other-module.js";

/** A task of another project as ours has it. */
export interface OtherTask {
  readonly facts: TaskFacts & { readonly id: string };
  /** Its module as our manifest names it. */
  readonly module: string;
  /** The source or JavaScript to import it from, absolute; undefined where its project writes declarations only. */
  readonly file: string | undefined;
}

/**
 * Reads an element that another project declares.
 *
 * @param root our project's folder, absolute
 * @returns the task; or, at the element, GLA1011, GLA4002, GLA4003 or GLA4014 to GLA4016
 */
export function readOtherTask(
  element: ElementFacts & { readonly other: OtherDeclaration; readonly plain: TaskFacts },
  pipeline: string,
  root: string,
  dependencies: Dependencies,
): Result<OtherTask, Unread> {
  const { other, plain, location } = element;
  const task = plain.name;
  const unread = (diagnostic: Diagnostic): Unread => ({ diagnostic, cause: element.id });
  const refuse = (why: string) =>
    unread(
      report(element.isCheck ? "notACheck" : "notATask", { element: element.text, pipeline, why }, location),
    );

  const found = readOtherModule(other, `Task '${task}'`, location, root, dependencies, refuse);
  if (!found.ok) return found;
  const { module, file, described: project } = found.value;
  const id = `${module}#${other.exportPath}`;
  if (!project)
    return succeed({ facts: { ...plain, id, declared: `${module}:${other.line}` }, module, file });

  const { manifest, root: otherRoot, kind, owner } = project;
  const place = { module, file };
  const declaration = `${dependencies.moduleName(path.resolve(root, other.file))}:${other.line}`;
  const ownId = `${project.source}#${other.exportPath}`;
  const described = Object.hasOwn(manifest.tasks, ownId) ? manifest.tasks[ownId] : undefined;
  if (!described) {
    if (!other.isMadeByTask) {
      return succeed({ facts: { ...plain, id, declared: declaration }, ...place });
    }
    const named = `list it by the name of its declaration, or build '${owner}' again`;
    return fail(refuse(`the manifest of '${owner}' has no task '${ownId}': ${named}`));
  }
  const difference = compareWiring(plain, described);
  if (difference !== undefined) {
    return fail(unread(report("dependencyStale", { kind, owner, difference }, location)));
  }
  const { name, doc, declared, check, compute, retries, timeout, tags, cache } = described;
  const severity = check?.severity;
  const options = Object.entries({ compute, retries, timeout, tags, cache, severity }).filter(
    ([, value]) => value !== undefined,
  );
  const facts = {
    ...plain,
    id,
    name: typeof name === "string" ? name : plain.name,
    doc: typeof doc === "string" ? doc : undefined,
    declared: typeof declared === "string" ? dependencies.declared(declared, otherRoot) : declaration,
    ...(plain.check && { check: { ...plain.check, name: check?.name } }),
    options: { value: Object.fromEntries(options) as JsonObject, locations: new Map() },
  };
  return succeed({ facts, ...place });
}

/** Where a declaration and a manifest disagree about what a task reads and produces; undefined where they do not. */
function compareWiring(read: TaskFacts, described: ManifestTask): string | undefined {
  const { inputs, outputs } = described;
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) return `it does not describe '${read.name}'`;
  const reads = read.parameters.flatMap(({ position, datasets }) =>
    datasets.map(({ name = "?" }) => ({ at: position, dataset: name })),
  );
  const produces = read.returned.outputs.map(({ path: at, mention }) => ({
    at,
    dataset: mention.name ?? "?",
  }));
  const differ = (verb: string, declared: readonly Wire[], known: readonly Wire[]) =>
    textOf(declared) === textOf(known)
      ? undefined
      : `it says that '${read.name}' ${verb} ${listOf(known)}, its declaration says ${listOf(declared)}`;
  return (
    differ("reads", reads, wiresOf(inputs, "position")) ??
    differ("produces", produces, wiresOf(outputs, "path"))
  );
}

/** Inputs or outputs of a manifest that only its version and sections were checked of. */
function wiresOf(list: readonly unknown[], key: "position" | "path"): readonly Wire[] {
  return list.map((item) => {
    const { [key]: at, dataset } = (item ?? {}) as Readonly<Record<string, unknown>>;
    return { at: String(at), dataset: String(dataset) };
  });
}

interface Wire {
  readonly at: number | string;
  readonly dataset: string;
}

function textOf(wires: readonly Wire[]): string {
  return JSON.stringify(wires.map(({ at, dataset }) => `${at} ${dataset}`).sort());
}

function listOf(wires: readonly Wire[]): string {
  return wires.length === 0 ? "nothing" : wires.map(({ dataset }) => `'${dataset}'`).join(", ");
}
