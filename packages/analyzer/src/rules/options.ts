import { type Diagnostic, durationMs, type Json, type JsonObject, report, sortKeys } from "@glacier-ts/core";
import { locationOf } from "../declared-storage.js";
import { optionsText } from "../dependencies/other-datasets.js";
import { isDynamic, type OptionFacts } from "../model.js";
import type { DatasetRule, TaskRule } from "./rule.js";

/** What a value must be, and how that is said. */
interface Expectation {
  readonly test: (value: Json) => boolean;
  readonly expected: string;
}

const wholeNumber = (minimum: number, expected: string): Expectation => ({
  test: (value) => typeof value !== "number" || (Number.isSafeInteger(value) && value >= minimum),
  expected,
});
const duration: Expectation = {
  // What is no number with a unit is a type error already.
  test: (value) =>
    typeof value !== "string" || !/^[-+.\de]+(ms|s|m|h|d)$/.test(value) || durationMs(value) !== undefined,
  expected: 'a positive duration such as "30s" or "5m"',
};
const positive: Expectation = {
  test: (value) => typeof value !== "number" || (Number.isFinite(value) && value > 0),
  expected: "a positive number",
};
const notEmpty: Expectation = { test: (value) => value !== "", expected: "a text that is not empty" };

const expectations: readonly (readonly [option: string, Expectation])[] = Object.entries({
  retries: wholeNumber(0, "a whole number, 0 or more"),
  timeout: duration,
  "retries.limit": wholeNumber(0, "a whole number, 0 or more"),
  "retries.delay": duration,
  "retries.maxDelay": duration,
  "cache.maxAge": duration,
  "compute.timeout": duration,
  "compute.memory": wholeNumber(1, "a whole number of MiB, 1 or more"),
  "compute.cpu": positive,
  "compute.workers": wholeNumber(1, "a whole number, 1 or more"),
  "compute.image": notEmpty,
  "storage.path": notEmpty,
  "storage.package": notEmpty,
  "storage.bucket": notEmpty,
  "storage.account": notEmpty,
  "storage.container": notEmpty,
});

/** What the types of the options cannot say. */
export const taskOptions: TaskRule = (task) => checkValues(`task '${task.name}'`, task.options);

export const datasetOptions: DatasetRule = ({ name, declarations }) =>
  declarations.flatMap(({ options }) => [
    ...checkValues(`dataset '${name}'`, options),
    ...checkConstant(`dataset '${name}'`, options),
  ]);

/** Where a dataset lives is said once. */
export const oneDeclaration: DatasetRule = ({ name: dataset, declarations }) => {
  const [first, ...others] = declarations.filter((declaration) => declaration.form === "value");
  if (!first) return [];
  const textOf = ({ options }: typeof first) => JSON.stringify(sortKeys(options.value));
  // Whether two schemas are the same, nobody can say.
  return others
    .filter((other) => first.validator || other.validator || textOf(other) !== textOf(first))
    .map((other) =>
      report("conflictingDataset", { dataset }, other.location, [
        { message: "the first declaration", location: first.location },
      ]),
    );
};

/** Other packages and projects say the same of it, or it would live in two places. */
export const agreesWithOthers: DatasetRule = ({
  name: dataset,
  location,
  declarations,
  others,
  isOfOtherTasks,
}) => {
  const own = declarations.find((declaration) => declaration.form === "value");
  const ownText = own && optionsText(own.options.value, own.validator);
  const different = own
    ? others.filter((other) => isOfOtherTasks && optionsText(other, other.validator) !== ownText)
    : others.slice(1);
  if (different.length === 0) return [];
  const declaredBy = (owners: typeof others) =>
    owners.map(({ owner, declared }) => ({ message: `'${owner}' declares it: ${declared}` }));
  return [report("conflictingDataset", { dataset }, location, declaredBy(own ? different : others))];
};

function checkValues(owner: string, options: OptionFacts): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const [option, { test, expected }] of expectations) {
    const value = valueAt(options.value, option);
    if (value === undefined || test(value)) continue;
    // JSON has no infinity.
    const found = typeof value === "number" ? String(value) : JSON.stringify(value);
    const details = { owner, option, found, expected };
    diagnostics.push(report("invalidOption", details, locationOf(options, option)));
  }
  return diagnostics;
}

/** The storage of a dataset goes into the manifest, so it must be known when the project is compiled. */
export function checkConstant(owner: string, options: OptionFacts): Diagnostic[] {
  return dynamicPaths(options.value, "").map(({ path, type }) =>
    report("dynamicOption", { owner, option: path, type }, locationOf(options, path)),
  );
}

function dynamicPaths(value: Json, path: string): { path: string; type: string }[] {
  if (isDynamic(value)) return [{ path, type: value.$dynamic }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    dynamicPaths(item, path === "" ? key : `${path}.${key}`),
  );
}

function valueAt(options: JsonObject, path: string): Json | undefined {
  const dot = path.indexOf(".");
  if (dot < 0) return options[path];
  const inner = options[path.slice(0, dot)];
  return typeof inner === "object" && inner !== null
    ? valueAt(inner as JsonObject, path.slice(dot + 1))
    : undefined;
}
