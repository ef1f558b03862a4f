import type { Diagnostic, JsonObject, ManifestDataset, ModuleImports, Result } from "@glacier-ts/core";
import type { TestSources } from "@glacier-ts/storage/validate";
import type { PlannedDataset } from "./plan.js";
import type { RunEvents } from "./run-events.js";
import { DeclaredSchemas } from "./validation/declared-schemas.js";
import { type InvalidRows, Validation } from "./validation/validation.js";

/**
 * Reads and writes datasets that have a storage. What is read may be only what `readSchema` mentions of the columns. A stream that was loaded is read anew each time it is iterated; what a
 * stream throws while it is saved is passed on. Implemented by `DatasetStore` of `@glacier-ts/storage`.
 */
export interface DatasetAccess {
  load(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    readSchema?: JsonObject,
  ): Promise<Result<LoadedDataset, Diagnostic>>;
  save(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    value: unknown,
  ): Promise<
    Result<{ readonly rows?: number; readonly sizeBytes: number; readonly place: string }, Diagnostic>
  >;
  /**
   * Says which bytes a dataset consists of; asks `known` before it reads them. Without it, tasks that read stored datasets
   * always run.
   */
  version?(
    name: string,
    dataset: ManifestDataset,
    schema: JsonObject | undefined,
    known: (place: string, mark: string) => string | undefined,
  ): Promise<Result<StoredVersion, Diagnostic>>;
}

export interface LoadedDataset {
  readonly value: unknown;
  readonly rows?: number;
  /** For people. */
  readonly place: string;
  /** Every value has the type that the schema says, as decoding has checked. */
  readonly isTyped?: boolean;
}

export interface StoredVersion {
  /** The same for the same bytes. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly place: string;
  /** Another one when the bytes are other ones; absent where that is not known without reading. */
  readonly mark?: string;
}

/** Loads and saves the datasets of a run, and reports what was moved. */
export class StoredDatasets {
  readonly #events: RunEvents | undefined;
  readonly #projectRoot: string;
  /** Of the datasets that this run has written. */
  readonly #rows = new Map<string, number>();
  readonly #validation: Validation;
  #access: DatasetAccess | undefined;

  /**
   * @param tests keeps the generated code of tests
   * @param imports ways to import the modules of datasets with a schema
   */
  constructor(
    projectRoot: string,
    access: DatasetAccess | undefined,
    events: RunEvents | undefined,
    tests?: TestSources,
    imports?: ModuleImports,
  ) {
    this.#projectRoot = projectRoot;
    this.#access = access;
    this.#events = events;
    this.#validation = new Validation({
      sources: tests,
      declared: new DeclaredSchemas(projectRoot, imports),
      quarantine: async (name, dataset, rows) => (await this.#open()).save(name, dataset, undefined, rows),
    });
  }

  /** What was not valid and did not stop the run. */
  get warnings(): readonly Diagnostic[] {
    return this.#validation.warnings;
  }

  /** Reads an external dataset; GLA50xx when it cannot be read or is not valid. */
  async load(dataset: PlannedDataset): Promise<Result<unknown, Diagnostic>> {
    const startedAt = performance.now();
    const loaded = await this.reload(dataset);
    if (!loaded.ok) return loaded;
    const { rows, place } = loaded.value;
    const checked = await this.#validation.loaded(dataset, loaded.value);
    if (!checked.ok) return checked;
    this.#events?.emit({
      type: "dataset-loaded",
      dataset: dataset.name,
      place,
      ...(rows !== undefined && { rows }),
      durationMs: performance.now() - startedAt,
    });
    return checked;
  }

  /**
   * Checks what a task has made, before it is written.
   * @returns the value, perhaps without some of its rows; a stream throws an InvalidRowError while it is written
   */
  check(dataset: PlannedDataset, value: unknown): Promise<Result<unknown, InvalidRows | Diagnostic>> {
    return this.#validation.produced(dataset, value);
  }

  /** Reads what this run has written; no event. */
  async reload(dataset: PlannedDataset): ReturnType<DatasetAccess["load"]> {
    const access = await this.#open();
    return access.load(dataset.name, manifestOf(dataset), dataset.schema, dataset.readSchema);
  }

  /** Writes a dataset; GLA50xx when it cannot be written. What a stream in `value` throws is passed on. */
  async save(dataset: PlannedDataset, value: unknown): Promise<Diagnostic | undefined> {
    const startedAt = performance.now();
    const access = await this.#open();
    const saved = await access.save(dataset.name, manifestOf(dataset), dataset.schema, value);
    if (!saved.ok) return saved.failure;
    const { rows, sizeBytes, place } = saved.value;
    if (rows !== undefined) this.#rows.set(dataset.name, rows);
    this.#events?.emit({
      type: "dataset-stored",
      dataset: dataset.name,
      place,
      ...(rows !== undefined && { rows }),
      sizeBytes,
      durationMs: performance.now() - startedAt,
    });
    return undefined;
  }

  /** How many rows this run has written; undefined where it has written none, or no rows. */
  rowsOf(dataset: string): number | undefined {
    return this.#rows.get(dataset);
  }

  /** Says which bytes a dataset consists of. */
  async version(
    dataset: PlannedDataset,
    known: (place: string, mark: string) => string | undefined,
  ): Promise<Result<StoredVersion, Diagnostic> | undefined> {
    const access = await this.#open();
    return access.version?.(dataset.name, manifestOf(dataset), dataset.schema, known);
  }

  async #open(): Promise<DatasetAccess> {
    if (this.#access) return this.#access;
    // Imported when it is needed: a pipeline without stored datasets need not wait for all those formats.
    const { DatasetStore } = await import("@glacier-ts/storage");
    this.#access ??= new DatasetStore({ projectRoot: this.#projectRoot });
    return this.#access;
  }
}

function manifestOf(dataset: PlannedDataset): ManifestDataset {
  if (!dataset.manifest) throw new Error(`Internal error: dataset '${dataset.name}' has no storage`);
  return dataset.manifest;
}
