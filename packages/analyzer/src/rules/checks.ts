/** Rules for what `check()` makes, beside those for every task. */
import { report } from "@glacier-ts/core";
import { isGoodName } from "./names.js";
import { checkConstant } from "./options.js";
import type { TaskRule } from "./rule.js";

/** The results of a check are kept by its name. */
export const checkName: TaskRule = ({ id, check }) => {
  // Where it is not exported, as in a function that makes several, that is the cause.
  if (!check || id === undefined) return [];
  const { name, nameType, nameLocation } = check;
  if (name === undefined) return [report("dynamicName", { what: "check", type: nameType }, nameLocation)];
  return isGoodName(name) ? [] : [report("badName", { what: "check", name }, nameLocation)];
};

/** Whether a check stops others is part of the graph. */
export const checkOptions: TaskRule = ({ name, check, options }) => {
  const { severity } = options.value;
  if (!check || severity === undefined) return [];
  return checkConstant(`check '${check.name ?? name}'`, { ...options, value: { severity } });
};

export const checkReads: TaskRule = ({ name, check, parameters, location }) =>
  check && !parameters.some(({ mentionsDataset }) => mentionsDataset)
    ? [report("checkReadsNothing", { check: check.name ?? name }, location)]
    : [];

export const checkReturns: TaskRule = ({ name, check, returned }) =>
  check && returned.mentionsDataset
    ? [report("checkReturnsDataset", { check: check.name ?? name }, returned.location)]
    : [];
