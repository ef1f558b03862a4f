import { type Diagnostic, isJsonObject, report } from "@glacier-ts/core";
import { findCompressionGap } from "@glacier-ts/core/payload";
import type { LinkedDataset } from "../datasets.js";
import { type DeclaredStorage, declaredStorage, locationOf } from "../declared-storage.js";
import type { DatasetRule } from "./rule.js";

/** A dataset's storage can do what the rest of the project asks of it. */
export const storageFits: DatasetRule = (dataset) => {
  const declared = declaredStorage(dataset);
  if (!declared) return [];
  return [
    ...bytesOfTable(dataset, declared),
    ...compressionOfFormat(dataset, declared),
    ...writtenTo(dataset, declared),
  ];
};

/** A table has columns and no bytes, so that nothing says how these are encoded. */
function bytesOfTable({ name: dataset }: LinkedDataset, { isTable, kind, options }: DeclaredStorage) {
  const meaningless = ["format", "compression", "partitionBy"].filter(
    (option) => options.value[option] !== undefined,
  );
  if (!isTable) return [];
  return meaningless.map((option) => {
    const why = `'${option}' is about files, and it lives in a table of ${kind}`;
    return report("storageMismatch", { dataset, why }, locationOf(options, option));
  });
}

function compressionOfFormat({ name: dataset }: LinkedDataset, { format, inner, options }: DeclaredStorage) {
  const why = format !== undefined && inner !== undefined ? findCompressionGap(format, inner) : undefined;
  return why === undefined
    ? []
    : [report("storageMismatch", { dataset, why }, locationOf(options, "compression"))];
}

/** What is only read has no producer. */
function writtenTo(
  { name: dataset, producers }: LinkedDataset,
  { kind, options }: DeclaredStorage,
): Diagnostic[] {
  const [producer] = producers;
  const { storage } = options.value;
  const isOfPackage = kind === "file" && isJsonObject(storage) && storage.package !== undefined;
  if (!producer || (kind !== "http" && !isOfPackage)) return [];
  const place = isOfPackage ? "files of installed packages are" : "what lives behind http is";
  const details = { dataset, why: `${place} only read, and a task produces it` };
  const related = [{ message: "it is produced here", location: producer.location }];
  return [report("storageMismatch", details, locationOf(options, "storage"), related)];
}
