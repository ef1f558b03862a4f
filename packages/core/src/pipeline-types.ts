/** What the compiler infers of a pipeline from the types of its tasks: the type of a run's result. */
import type { Check, CheckMark } from "./check.js";
import type { DatasetMark } from "./dataset.js";
import type { ParamMark } from "./injected.js";
import type { ResourceDeclaration, ResourceMark } from "./resource.js";
import type { TaskFunction } from "./task.js";

/** What `tasks` may be: an array of functions, or an object or module that has them as properties. */
export type Tasks = readonly TaskFunction[] | { readonly [key: string]: unknown };

/** One dataset in the return type of a task. */
interface Port<Name extends string, Value> {
  readonly name: Name;
  readonly value: Value;
}

/** What `checks` lists. */
export type Checks = readonly Check[];

/** What is listed, where `check()` has made it; else, in its place, what nobody has. */
export type FittingChecks<C extends Checks> = {
  readonly [Key in keyof C]: [C[Key]] extends [CheckMark<infer _Name, infer _Options>]
    ? C[Key]
    : NotMadeByCheck;
};

/** Appears in the compiler's message for a function in `checks` that `check()` has not made. */
export interface NotMadeByCheck {
  readonly "~not made by check()": never;
}

/** The tasks and the checks of a pipeline, as if they were all tasks. */
export type WithChecks<T extends Tasks, C extends Checks> = {
  readonly tasks: ElementOf<T>;
  readonly checks: C[number];
};

type ElementOf<T extends Tasks> = T extends readonly unknown[] ? T[number] : T[keyof T];

/** The name in a dataset type; never for other types. */
type NameOf<T> = [T] extends [DatasetMark<infer Name>] ? (string extends Name ? never : Name) : never;

/** The datasets in a return type: the value itself, or the elements of a tuple, or the properties of an object. */
type PortsIn<Value> = [NonNullable<Value>] extends [never]
  ? never
  : [NameOf<NonNullable<Value>>] extends [never]
    ? NonNullable<Value> extends readonly unknown[] | object
      ? { [Key in keyof Value]: PortOf<Value[Key]> }[keyof Value &
          (Value extends readonly unknown[] ? number : unknown)]
      : never
    : PortOf<Value>;

type PortOf<Value> = [NameOf<NonNullable<Value>>] extends [never]
  ? never
  : Port<NameOf<NonNullable<Value>>, Value>;

type OutputPorts<F> = F extends (...inputs: never[]) => infer Returned ? PortsIn<Awaited<Returned>> : never;

type InputNames<F> = F extends (...inputs: infer Inputs) => unknown ? EachName<Inputs[number]> : never;
type EachName<T> = T extends unknown ? NameOf<NonNullable<T>> : never;

/** Names of all datasets that the tasks produce. */
export type ProducedNames<T extends Tasks> = OutputPorts<ElementOf<T>>["name"];

/** Names of the datasets that the tasks produce and none of them reads. */
export type ResultNames<T extends Tasks> = Exclude<ProducedNames<T>, InputNames<ElementOf<T>>>;

type InputPorts<F> = F extends (...inputs: infer Inputs) => unknown ? EachPort<Inputs[number]> : never;
type EachPort<T> = T extends unknown ? PortOf<NonNullable<T>> : never;

/** Every dataset that the tasks read or produce, by name, each of them optional; null stands for nothing. */
export type GivenDatasets<T extends Tasks> = {
  readonly [P in OutputPorts<ElementOf<T>> | InputPorts<ElementOf<T>> as P["name"]]?: P["value"] | null;
};

/** The values of the named datasets. */
export type DatasetValues<T extends Tasks, Names extends string> = {
  readonly [P in OutputPorts<ElementOf<T>> as P["name"] & Names]:
    | P["value"]
    | SkippedValue<ElementOf<T>, P["name"]>;
};

/** Null where the task that produces the dataset may be skipped: something upstream of it may produce nothing. */
type SkippedValue<F, Name extends string> = Name extends MaybeNull<F, NullableNames<F>, []> ? null : never;

/** Names of the datasets that their own tasks may not produce. */
type NullableNames<F> =
  OutputPorts<F> extends infer P
    ? P extends Port<infer Name, infer Value>
      ? null extends Value
        ? Name
        : never
      : never
    : never;

/**
 * Adds to `Names` what the readers of those datasets produce, until nothing is new. After 40 steps every dataset may
 * be null: a limit that only long chains behind a nullable dataset reach.
 */
type MaybeNull<F, Names extends string, Steps extends 0[]> = [Names] extends [never]
  ? never
  : Steps["length"] extends 40
    ? string
    : [Exclude<BehindOf<F, Names>, Names>] extends [never]
      ? Names
      : MaybeNull<F, Names | BehindOf<F, Names>, [...Steps, 0]>;

/** Names of the datasets that are produced by tasks that need one of `Names`. */
type BehindOf<F, Names extends string> = F extends (...inputs: infer Inputs) => unknown
  ? [RequiredNames<Inputs> & Names] extends [never]
    ? never
    : OutputPorts<F>["name"]
  : never;

/** Names of the parameters that accept neither null nor undefined. */
type RequiredNames<Inputs extends readonly unknown[]> = {
  [Key in keyof Inputs]: null extends Inputs[Key]
    ? never
    : undefined extends Inputs[Key]
      ? never
      : NameOf<Inputs[Key]>;
}[number];

/** The run parameters that the tasks take: those that every task can do without are optional. */
export type ParamsOf<T extends Tasks> = Simplify<
  {
    readonly [P in ParamPorts<ElementOf<T>> as P["isRequired"] extends true ? P["name"] : never]: P["value"];
  } & {
    readonly [P in ParamPorts<ElementOf<T>> as P["name"]]?: P["value"];
  }
>;

/** The option `params` of a run: it can be left out where no parameter is required. */
export type ParamsOption<T extends Tasks> =
  {} extends ParamsOf<T> ? { readonly params?: ParamsOf<T> } : { readonly params: ParamsOf<T> };

type Simplify<T> = { [Key in keyof T]: T[Key] };

interface ParamPort<Name extends string, Value, IsRequired extends boolean> {
  readonly name: Name;
  readonly value: Value;
  readonly isRequired: IsRequired;
}

type ParamPorts<F> = F extends (...inputs: infer Inputs) => unknown
  ? { [Key in keyof Inputs]-?: ParamPortOf<Inputs[Key]> }[number]
  : never;

type ParamPortOf<Input> = [NonNullable<Input>] extends [never]
  ? never
  : [NonNullable<Input>] extends [ParamMark<infer Name>]
    ? string extends Name
      ? never
      : ParamPort<Name, NonNullable<Input>, undefined extends Input ? false : true>
    : never;

/** What `resources` lists. */
export type Resources = readonly ResourceDeclaration<string, {}>[];

/**
 * The declarations themselves, where what each opens is what the tasks take by its name; else, in its place, a
 * declaration that would be.
 */
export type FittingResources<T extends Tasks, Listed extends Resources> = {
  readonly [Key in keyof Listed]: Listed[Key] extends ResourceDeclaration<infer Name, infer Value>
    ? [Value] extends [TakenAs<T, Name>]
      ? Listed[Key]
      : ResourceDeclaration<Name, TakenAs<T, Name> & {}>
    : never;
};

/** Every resource that the tasks take, by name, each of them optional. */
export type GivenResources<T extends Tasks> = {
  readonly [P in ResourcePorts<ElementOf<T>> as P["name"]]?: TakenAs<T, P["name"]>;
};

/** What a resource must be for all tasks that take it: each may name a part of it. */
type TakenAs<T extends Tasks, Name extends string> =
  Extract<ResourcePorts<ElementOf<T>>, Port<Name, unknown>> extends infer Ports
    ? // What functions of all of them accept is the intersection; a value that is a union stays one.
      (Ports extends Port<Name, infer Value> ? (value: Value) => void : never) extends (
        value: infer All,
      ) => void
      ? All
      : never
    : never;

type ResourcePorts<F> = F extends (...inputs: infer Inputs) => unknown
  ? { [Key in keyof Inputs]-?: ResourcePortOf<NonNullable<Inputs[Key]>> }[number]
  : never;

type ResourcePortOf<Input> = [Input] extends [never]
  ? never
  : [Input] extends [ResourceMark<infer Name>]
    ? string extends Name
      ? never
      : Port<Name, Input>
    : never;
