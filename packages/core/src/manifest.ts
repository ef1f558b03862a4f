/**
 * The manifest: everything that the compiler learned about a project's datasets, tasks and pipelines. It is written by
 * the analyzer, committed or uploaded by CI, and is the only thing that a graph is built from.
 */
import type { Json, JsonObject } from "./json.js";

/** The manifest version that this package writes. */
export const manifestVersion = 1;

/** `glacier.manifest.json`: deterministic to the byte, with no time and no machine in it. */
export interface Manifest {
  /** Version of this format. */
  readonly version: 1;
  /** The project's folder, which every path is relative to, seen from the manifest's; absent where they are the same. */
  readonly root?: string;
  /** By dataset name. */
  readonly datasets: { readonly [dataset: string]: ManifestDataset };
  /**
   * By task id: those in `task()`, those that a pipeline lists, and those of other packages that a pipeline lists; and
   * checks, which are tasks without outputs.
   */
  readonly tasks: { readonly [task: string]: ManifestTask };
  /** By pipeline id. */
  readonly pipelines: { readonly [pipeline: string]: ManifestPipeline };
  /** JSON Schemas (2020-12) of payloads, by content hash. */
  readonly schemas: { readonly [hash: string]: JsonObject };
  /**
   * The modules that declare tasks, datasets or pipelines, and what the compiler writes for them. Other packages and
   * projects see declaration files and find the tasks in them by this. Absent where no declarations are emitted.
   */
  readonly modules?: { readonly [module: string]: ManifestModule };
}

/** What the compiler writes for a module. */
export interface ManifestModule {
  /** The declaration file, `dist/tasks.d.ts`. */
  readonly declarations: string;
  /** The JavaScript; absent where only declarations are emitted. */
  readonly javascript?: string;
}

export interface ManifestDataset {
  /** The payload's schema: `#/schemas/` and its hash. */
  readonly schema: string;
  /** Where the dataset lives; absent for one that is passed in memory. */
  readonly storage?: ManifestStorage;
  /** How it is encoded; absent where the ending of its path says it. */
  readonly format?: string;
  /** `gzip` or `zstd`; absent where the ending of its path says it. */
  readonly compression?: string;
  /** What is done with rows that are not as the schema says: `fail` where it is absent. */
  readonly onInvalid?: "fail" | "warn" | "ignore" | { readonly quarantine: ManifestStorage };
  /** The schema that its rows are checked by instead, where it is declared with one. */
  readonly validator?: ManifestValidator;
  /** The columns that divide it into files, outermost first. */
  readonly partitionBy?: readonly string[];
  /** File and line of the declaration, `src/datasets.ts:9`; in another package, `@acme/sales:src/datasets.ts:9`. */
  readonly declared: string;
  /** The declaration's doc comment. */
  readonly doc?: string;
}

/** A schema that is code: that of a `dataset()`, which a run imports. */
export interface ManifestValidator {
  /** Module and export of the dataset's declaration: `src/datasets.ts#Users`, `@acme/sales:src/datasets.ts#Users`. */
  readonly id: string;
  /** What to import for the module, relative to the project's folder; absent where no JavaScript is written for it. */
  readonly file?: string;
  /** The installed package that the file is in, and relative to. */
  readonly package?: string;
}

/** A storage descriptor; each option is a literal, `{ "$env": name }` or `{ "$secret": name }`. */
export interface ManifestStorage {
  readonly kind: string;
  readonly [option: string]: Json;
}

export interface ManifestTask {
  /** The name of the task's declaration; unique within a pipeline. */
  readonly name: string;
  /** The parameters that are datasets, in order. */
  readonly inputs: readonly ManifestInput[];
  /** The datasets in the return type, by path. */
  readonly outputs: readonly ManifestOutput[];
  /** Position of the parameter that takes the task's context. */
  readonly context?: number;
  /** Parameters that are given when the pipeline is run. */
  readonly params?: readonly ManifestInjected[];
  /** Parameters that are secrets. */
  readonly secrets?: readonly ManifestInjected[];
  /** Parameters that are resources. */
  readonly resources?: readonly ManifestInjected[];
  /** It is a check: what it is called, and whether it stops the readers of what it looks at. */
  readonly check?: ManifestCheck;
  /** What the task runs on: kind and options. */
  readonly compute?: JsonObject;
  /** Attempts after the first one, or how many and after which waits; `{ "$dynamic": type }` for what is no literal. */
  readonly retries?: Json;
  /** Duration of one attempt at most, or `{ "$dynamic": type }`. */
  readonly timeout?: Json;
  /** Words to select the task by, or `{ "$dynamic": type }`. */
  readonly tags?: Json;
  /** False where the task always runs; or how long its results may be used again, and on what they depend. */
  readonly cache?: Json;
  /** File and line of the declaration. */
  readonly declared: string;
  /** The declaration's doc comment. */
  readonly doc?: string;
}

export interface ManifestCheck {
  readonly name: string;
  readonly severity: "error" | "warn";
}

export interface ManifestInput {
  /** The parameter's name; `arg0`, `arg1`… where it is destructured. */
  readonly parameter: string;
  /** The parameter's position, from 0. */
  readonly position: number;
  readonly dataset: string;
  /** The parameter may be left out: undefined where nothing produces the dataset. */
  readonly optional?: true;
  /** The parameter accepts null: the task runs when the producer produced nothing. */
  readonly nullable?: true;
  /** The parameter's schema, where it is narrower than the dataset's. */
  readonly schema?: string;
}

/** A parameter that no dataset fills. */
export interface ManifestInjected {
  /** The parameter's position, from 0. */
  readonly position: number;
  /** The name of the run parameter, the secret or the resource. */
  readonly name: string;
  /** It may be left out. */
  readonly optional?: true;
}

export interface ManifestOutput {
  readonly dataset: string;
  /** Where it is in the returned value: `""` for the value itself, else `/0` or `/users`. */
  readonly path: string;
  /** The task may produce nothing: null. */
  readonly nullable?: true;
  /** The payload is an `AsyncIterable`. */
  readonly stream?: true;
}

export interface ManifestPipeline {
  readonly name: string;
  /** In the order of the source; with keys where `tasks` is an object or a module. */
  readonly tasks: readonly ManifestElement[];
  /** The checks that it lists, in the order of the source. */
  readonly checks?: readonly ManifestElement[];
  /** Sorted by producer, consumer, dataset. A check that stops the readers of a dataset has an edge to each. */
  readonly edges: readonly ManifestEdge[];
  /** Datasets that the pipeline reads from their storage because none of its tasks produces them; sorted. */
  readonly external: readonly string[];
  /** Run parameters of its tasks, by name. */
  readonly params?: { readonly [param: string]: ManifestParam };
  /** Names of the secrets that its tasks need or accept; sorted. */
  readonly secrets?: readonly string[];
  /** The resources that it lists, in the order of the source. */
  readonly resources?: readonly ManifestResource[];
  /** File and line of the declaration. */
  readonly declared: string;
  /** The declaration's doc comment. */
  readonly doc?: string;
}

export interface ManifestParam {
  /** JSON Schema of the value. */
  readonly schema: JsonObject;
  /** Every task that takes it can do without. */
  readonly optional?: true;
}

export interface ManifestResource {
  readonly name: string;
  /** Module and export of the declaration: `src/resources.ts#Db`. */
  readonly id: string;
}

export interface ManifestElement {
  /** Task id. */
  readonly task: string;
  /** The key in `tasks`, where `tasks` is an object or a module. */
  readonly key?: string;
}

export interface ManifestEdge {
  /** Id of the producing task, or of the check that comes before the consuming one. */
  readonly from: string;
  /** Id of the consuming task or check. */
  readonly to: string;
  readonly dataset: string;
}
