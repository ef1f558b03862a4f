/**
 * What is read from one file, as plain data: the facts. `link` makes the manifest of them. A type handle in a fact is
 * opaque; `link` only passes it back to the compiler to ask whether one payload is assignable to another.
 */
import type { Diagnostic, Json, JsonObject, Location, ManifestModule } from "@glacier-ts/core";
import type { Node, Type } from "./compiler-host.js";
import type { TagProblem } from "./schema/apply-doc.js";

export interface FileFacts extends PartFacts {
  /** Relative to the project's root. */
  readonly file: string;
  /** It is a source of another package or of a referenced project, which the program has for its types. */
  readonly isOther: boolean;
  /** What the compiler writes for it, where others may use its tasks, datasets or pipelines. */
  readonly outputs: ManifestModule | undefined;
  /** The JavaScript that the compiler writes for it, relative to the project's root; undefined where there is none. */
  readonly javascript: string | undefined;
}

/** What is read from a part of a file: from one statement, or from all of them. */
export interface PartFacts {
  readonly tasks: readonly TaskFacts[];
  readonly datasets: readonly DatasetFacts[];
  readonly pipelines: readonly PipelineFacts[];
  readonly resources: readonly ResourceFacts[];
  /** Calls that the wiring changes. */
  readonly calls: readonly CallSite[];
  /** Problems that concern one declaration; the rules that look at facts add theirs. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A call of a function of core. */
export interface CallSite {
  readonly node: Node;
  /** What the wiring writes into the call; nothing into calls that make neither a task, a check nor a pipeline. */
  readonly wiring: Wiring | undefined;
}

export interface Wiring {
  readonly kind: "task" | "pipeline";
  readonly id: string;
  /** Where in the argument list it is written: behind what is given. */
  readonly position: number;
}

/** A function that is a task, wrapped in `task()`, or in `check()`, or listed in a pipeline as it is. */
export interface TaskFacts {
  /** Module and export, `src/tasks.ts#clean`; undefined where it is not exported. */
  readonly id: string | undefined;
  /** The name of the declaration. */
  readonly name: string;
  /** The name of its declaration; the call that makes it where it has none. */
  readonly location: Location;
  readonly doc: string | undefined;
  readonly signatureCount: number;
  /** As written, `<T>`; empty where the function is not generic. */
  readonly typeParameters: string;
  readonly parameters: readonly ParameterFacts[];
  /** The parameter `this`, where one is written and cannot be left out. */
  readonly thisParameter: { readonly type: string; readonly mentionsDataset: boolean } | undefined;
  readonly returned: ReturnFacts;
  /** The options that the manifest keeps; literals, references or `{ "$dynamic": type }`. */
  readonly options: OptionFacts;
  /** File and line of the declaration, where `location` is another place. */
  readonly declared?: string;
  /** The function is a check, and its return type no output. */
  readonly check?: CheckFacts;
}

/** What `check()` says beside the options that tasks have as well. */
export interface CheckFacts {
  /** Undefined where the name is no literal. */
  readonly name: string | undefined;
  /** The type of the name as text. */
  readonly nameType: string;
  readonly nameLocation: Location;
}

export interface ParameterFacts {
  readonly name: string;
  readonly position: number;
  readonly location: Location;
  /** `undefined` is accepted. */
  readonly isOptional: boolean;
  readonly isRest: boolean;
  readonly isContext: boolean;
  /** The parameter is a run parameter, a secret or a resource. */
  readonly injected: InjectedFacts | undefined;
  /** `null` is accepted. */
  readonly isNullable: boolean;
  /** The datasets that the type may be: one in a correct program. */
  readonly datasets: readonly DatasetMention[];
  /** The type is an iterable of datasets. */
  readonly isStreamOfDatasets: boolean;
  /** A dataset is in the type or behind it, such as in a promise. */
  readonly mentionsDataset: boolean;
  /** The type as text, where it is no dataset. */
  readonly typeText: string;
}

/** A `Param`, a `Secret` or a `Resource`. */
export interface InjectedFacts {
  readonly kind: "param" | "secret" | "resource";
  /** Undefined where the name is no literal. */
  readonly name: string | undefined;
  /** The type of the name as text. */
  readonly nameType: string;
  /** JSON Schema of the value; empty for a resource, which is no data. */
  readonly schema: JsonObject;
  /** The type as text; empty for a resource. */
  readonly type: string;
}

export interface ReturnFacts {
  /** The return type, or the function where the type is inferred. */
  readonly location: Location;
  readonly outputs: readonly OutputFacts[];
  /** A dataset is in the type or behind it, such as in an array. */
  readonly mentionsDataset: boolean;
  /** Parts of the return type that say no dataset. */
  readonly problems: readonly ReturnProblem[];
}

export type ReturnProblem =
  | { readonly kind: "no-dataset"; readonly type: string }
  | { readonly kind: "unknown"; readonly type: string }
  | { readonly kind: "union"; readonly datasets: readonly string[] }
  | { readonly kind: "mixed"; readonly dataset: string; readonly type: string }
  | { readonly kind: "stream-of-datasets"; readonly type: string };

export interface OutputFacts {
  readonly mention: DatasetMention;
  /** `""` for the value itself, else `/0` or `/users`. */
  readonly path: string;
  readonly isNullable: boolean;
}

/** A dataset type where a signature or a declaration mentions it. */
export interface DatasetMention {
  /** Undefined where the name is no literal. */
  readonly name: string | undefined;
  /** The name's type, where it is no literal. */
  readonly nameType?: string | undefined;
  readonly location: Location;
  readonly schema: PayloadSchema;
  /** The members of the payload with their marks: what must be assignable, where the dataset is produced. */
  readonly types: readonly Type[];
  /** The whole type, null and undefined included: what it must be assignable to, where the dataset is read. */
  readonly whole: Type;
  /** The file that declares the mark: one in a correct project; undefined for a `dataset()` call. */
  readonly core: string | undefined;
}

export interface PayloadSchema {
  readonly schema: JsonObject;
  /** The payload is an `AsyncIterable`. */
  readonly isStream: boolean;
  readonly problems: readonly PayloadProblem[];
}

/** A part of a payload that has no true schema. Paths are such as `[].user.save`; empty for the payload itself. */
export type PayloadProblem =
  /** It cannot be stored. */
  | { readonly kind: "unserialisable"; readonly path: string; readonly type: string; readonly why: string }
  /** Values of two of its types look alike in storage. */
  | { readonly kind: "ambiguous"; readonly path: string; readonly left: string; readonly right: string }
  /** A tag of a doc comment says what is no constraint of the type. */
  | {
      readonly kind: "tag";
      readonly problem: TagProblem;
      /** The name of the declaration that has the comment, and where that is. */
      readonly of: string;
      readonly location: Location;
      readonly type: string;
    };

/** A declaration of a dataset: `dataset(…)`, or a type. */
export interface DatasetFacts {
  readonly name: string;
  readonly form: "value" | "type";
  readonly location: Location;
  readonly doc: string | undefined;
  readonly options: OptionFacts;
  /** Where a schema is given, which is code: its type may be as deep as a library, and is not looked at. */
  readonly validator?: ValidatorFacts;
  /** Undefined for a `dataset(…)` whose `of<T>()` is somewhere else. */
  readonly mention: DatasetMention | undefined;
}

/** The declaration that a run takes a schema from. */
interface ValidatorFacts {
  /** Module and export, `src/datasets.ts#Users`; undefined where it is not exported. */
  readonly id: string | undefined;
  /** The name of the declaration; the dataset's where it has none. */
  readonly location: Location;
}

/** Options as read from types. */
export interface OptionFacts {
  readonly value: JsonObject;
  /** Where options are written, by path (`compute.memory`); the empty path is the whole. */
  readonly locations: ReadonlyMap<string, Location>;
}

export interface PipelineFacts {
  /** Undefined where it is not exported. */
  readonly id: string | undefined;
  readonly name: string;
  /** The name of its declaration; the call where it has none. */
  readonly location: Location;
  readonly nameLocation: Location;
  readonly doc: string | undefined;
  /** What `tasks` lists, then what `checks` lists. */
  readonly elements: readonly ElementFacts[];
  /** Where `tasks`, `checks` or an element of it could not be read: the graph is incomplete, which was reported. */
  readonly isIncomplete: boolean;
  /** What `resources` lists. */
  readonly resources: readonly ResourceElementFacts[];
  /** Where `resources` or an element of it could not be read, which was reported. */
  readonly lacksResources: boolean;
}

/** A declaration of a resource that a pipeline lists. */
export interface ResourceElementFacts {
  readonly location: Location;
  /** The first line of the element's text, for messages. */
  readonly text: string;
  readonly name: string;
  /** Module and export of the declaration. */
  readonly id: string;
  /** Where another package or project declares it. */
  readonly other?: OtherPlace;
}

/** A call of `resource()`. */
export interface ResourceFacts {
  readonly name: string;
  readonly nameLocation: Location;
}

export interface ElementFacts {
  /** It is listed in `checks`. */
  readonly isCheck?: true;
  /** The key, where `tasks` is an object or a module. */
  readonly key: string | undefined;
  readonly location: Location;
  /** The first line of the element's text, for messages. */
  readonly text: string;
  /** Module and export of the function. */
  readonly id: string;
  /**
   * What was read of a plain function, and of every function of another project; a function of the project's own that is
   * wrapped in `task()` or `check()` is read where the call is.
   */
  readonly plain: TaskFacts | undefined;
  /** Where another package or project declares the function; every place in `plain` is the element then. */
  readonly other?: OtherDeclaration;
}

/** Where the compiler sees a declaration of another package or project. */
export interface OtherPlace {
  /** The declaration file or the source, relative to the project's root. */
  readonly file: string;
  readonly exportPath: string;
}

/** A function of another package or project, as the compiler sees it. */
export interface OtherDeclaration extends OtherPlace {
  readonly line: number;
  readonly isMadeByTask: boolean;
}

/** Whether a file only declares what is somewhere else. */
export function isDeclarationFile(file: string): boolean {
  return /\.d\.([^/.]+\.)?[cm]?ts$/.test(file);
}

/** Whether a task reads or produces a dataset, or tries to. */
export function mentionsDataset(task: TaskFacts): boolean {
  return (
    task.returned.mentionsDataset ||
    task.thisParameter?.mentionsDataset === true ||
    task.parameters.some((parameter) => parameter.mentionsDataset)
  );
}

/** A value that is no literal, as the manifest keeps it. */
export interface DynamicValue {
  readonly $dynamic: string;
}

export function isDynamic(value: Json | undefined): value is Json & DynamicValue {
  return typeof value === "object" && value !== null && "$dynamic" in value;
}
