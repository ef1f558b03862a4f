import { report } from "@glacier-ts/core";
import { findPartitionGap } from "@glacier-ts/core/payload";
import { declaredStorage, locationOf } from "../declared-storage.js";
import { isTexts } from "../dependencies/other-datasets.js";
import type { DatasetRule } from "./rule.js";

/** A dataset can be divided by the columns that it names, and lives in a folder. */
export const partitionColumns: DatasetRule = (dataset) => {
  const declared = declaredStorage(dataset);
  const columns = declared?.options.value.partitionBy;
  // For a table of a database it means nothing, which is reported.
  if (!declared || declared.isTable || !isTexts(columns)) return [];
  const location = locationOf(declared.options, "partitionBy");
  const gap = findPartitionGap(declared.payload, columns);
  if (gap) return [report("partitionColumn", { dataset: dataset.name, ...gap }, location)];
  if (declared.objectName === undefined || declared.objectName === "") return [];
  const why = `'${declared.objectName}' is one file, and 'partitionBy' needs a folder, which ends with '/'`;
  return [report("storageMismatch", { dataset: dataset.name, why }, location)];
};
