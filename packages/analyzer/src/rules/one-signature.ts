import { report } from "@glacier-ts/core";
import type { TaskRule } from "./rule.js";

/** The signature is the wiring: there is one, without type parameters. */
export const oneSignature: TaskRule = (task) => {
  const details = { task: task.name, found: task.signatureCount };
  return task.signatureCount === 1 ? [] : [report("overloadedTask", details, task.location)];
};

export const notGeneric: TaskRule = (task) => {
  const details = { task: task.name, parameters: task.typeParameters };
  return task.typeParameters === "" ? [] : [report("genericTask", details, task.location)];
};

/** Only parameters are inputs. */
export const noThisParameter: TaskRule = ({ name: task, thisParameter, location }) =>
  thisParameter ? [report("thisParameter", { task, type: thisParameter.type }, location)] : [];
