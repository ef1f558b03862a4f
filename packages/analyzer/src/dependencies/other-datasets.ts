/** Datasets of other packages and projects: what their manifests, or their sources where the program has them, say. */
import {
  compareText,
  type Json,
  type JsonObject,
  type ManifestStorage,
  type ManifestValidator,
  sortKeys,
} from "@glacier-ts/core";
import type { DatasetFacts, FileFacts } from "../model.js";
import type { Dependencies, Dependency } from "./dependencies.js";

/** A dataset as another package or project declares it. */
export interface OtherDataset {
  /** The package's name, or the project's folder. */
  readonly owner: string;
  /** As the manifest of our project has it. */
  readonly storage: ManifestStorage | undefined;
  readonly format: string | undefined;
  readonly compression: string | undefined;
  readonly onInvalid: Json | undefined;
  readonly partitionBy: readonly string[] | undefined;
  /** As the manifest of our project has it. */
  readonly validator: ManifestValidator | undefined;
  readonly declared: string;
  readonly doc: string | undefined;
}

/** Finds the declarations of a dataset around the project; several where they differ in their options. */
export type FindOtherDataset = (name: string) => readonly OtherDataset[];

export function otherDatasets(
  files: readonly FileFacts[],
  dependencies: Dependencies,
  resolve: (file: string) => string,
): FindOtherDataset {
  const inSources = new Map<string, OtherDataset[]>();
  for (const file of files.filter(({ isOther }) => isOther)) {
    for (const dataset of file.datasets) {
      const found = ofSource(dataset, resolve(file.file), dependencies);
      inSources.set(dataset.name, [...(inSources.get(dataset.name) ?? []), found]);
    }
  }
  const around = dependencies.withManifest();
  return (name) => {
    const found = new Map<string, OtherDataset>();
    // What a project says of itself counts for more than what others have taken from it; its source, for more still.
    const candidates = [
      ...(inSources.get(name) ?? []),
      ...around.flatMap((dependency) => ofManifest(dependency, name, dependencies) ?? []).sort(ownFirst),
    ];
    for (const { isTaken: _, ...candidate } of candidates as readonly Candidate[]) {
      const module = candidate.declared.slice(0, candidate.declared.lastIndexOf(":"));
      const before = found.get(module);
      if (!before || (before.storage === undefined && candidate.storage !== undefined))
        found.set(module, candidate);
    }
    const all = [...found.values()].sort((a, b) => compareText(a.declared, b.declared));
    const stored = all.filter(
      ({ storage, format, compression, onInvalid, partitionBy, validator }) =>
        (storage ?? format ?? compression ?? onInvalid ?? partitionBy ?? validator) !== undefined,
    );
    const different = new Map(
      stored.toReversed().map((dataset) => [optionsText(dataset, dataset.validator), dataset]),
    );
    return stored.length > 0 ? [...different.values()].reverse() : all.slice(0, 1);
  };
}

/** The options of a dataset as text, for comparing them. */
export function optionsText(
  options: DatasetOptions | JsonObject,
  { id: validator = null }: { readonly id?: string | undefined | null } = {},
): string {
  const { storage = null, format = null, compression = null, onInvalid = null, partitionBy = null } = options;
  return JSON.stringify(sortKeys({ storage, format, compression, onInvalid, partitionBy, validator }));
}

type DatasetOptions = Pick<OtherDataset, "storage" | "format" | "compression" | "onInvalid" | "partitionBy">;

interface Candidate extends OtherDataset {
  /** The manifest has it from a third project. */
  readonly isTaken?: boolean;
}

const ownFirst = (a: Candidate, b: Candidate) => Number(a.isTaken) - Number(b.isTaken);

function ofManifest(
  { owner, found }: Dependency,
  name: string,
  dependencies: Dependencies,
): Candidate | undefined {
  if (!found?.ok || !Object.hasOwn(found.value.manifest.datasets, name)) return undefined;
  const { root, manifest } = found.value;
  const { storage, format, compression, onInvalid, partitionBy, validator, declared, doc } =
    manifest.datasets[name] ?? {};
  if (typeof declared !== "string") return undefined;
  const isStorage = typeof storage === "object" && storage !== null && typeof storage.kind === "string";
  return {
    owner,
    storage: isStorage ? dependencies.storage(storage, root) : undefined,
    format: typeof format === "string" ? format : undefined,
    compression: typeof compression === "string" ? compression : undefined,
    onInvalid: onInvalid as Json | undefined,
    partitionBy: isTexts(partitionBy) ? partitionBy : undefined,
    validator: typeof validator?.id === "string" ? dependencies.validator(validator, root) : undefined,
    declared: dependencies.declared(declared, root),
    doc: typeof doc === "string" ? doc : undefined,
    isTaken: declared.slice(0, declared.lastIndexOf(":")).includes(":") || declared.startsWith("../"),
  };
}

function ofSource(
  { options, validator, location, doc }: DatasetFacts,
  file: string,
  dependencies: Dependencies,
): Candidate {
  const { storage, format, compression, onInvalid, partitionBy } = options.value;
  const isStorage = typeof storage === "object" && storage !== null && "kind" in storage;
  const root = dependencies.rootOfSource(file);
  const module = dependencies.moduleName(file);
  return {
    owner: module.includes(":") ? module.slice(0, module.indexOf(":")) : module,
    storage: isStorage ? dependencies.storage(storage as ManifestStorage, root) : undefined,
    format: typeof format === "string" ? format : undefined,
    compression: typeof compression === "string" ? compression : undefined,
    onInvalid: onInvalid as Json | undefined,
    partitionBy: isTexts(partitionBy) ? partitionBy : undefined,
    validator: validator?.id === undefined ? undefined : dependencies.sourceValidator(file, validator.id),
    declared: `${module}:${location.line}`,
    doc,
  };
}

/** A list of texts, as the manifest of another project should have it. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
