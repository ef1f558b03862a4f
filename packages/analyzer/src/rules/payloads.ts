import { report } from "@glacier-ts/core";
import type { DatasetRule } from "./rule.js";

/** A dataset can be stored. Only its first problem is reported: others are often the same. */
export const serialisable: DatasetRule = (dataset) => {
  const [first] = dataset.mentions.filter((mention) => mention.schema.problems.length > 0);
  const [problem] = first?.schema.problems ?? [];
  if (!first || !problem) return [];
  return [report("unserialisable", { dataset: dataset.name, ...problem }, first.location)];
};
