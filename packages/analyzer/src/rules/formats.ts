import { report } from "@glacier-ts/core";
import { findFormatGap, formatsFor } from "@glacier-ts/core/payload";
import { declaredStorage } from "../declared-storage.js";
import type { DatasetRule } from "./rule.js";

/** A dataset's format can hold its payload. What a format refuses when a dataset is written is known from its type. */
export const formatHolds: DatasetRule = (dataset) => {
  const declared = declaredStorage(dataset);
  if (declared?.format === undefined) return [];
  const { format, payload, options } = declared;
  const gap = findFormatGap(format, payload, dataset.producers.length > 0 ? "write" : "read");
  if (!gap) return [];
  const path = gap.path.map((part) => (part === "*" ? "[]" : `.${part}`)).join("");
  const { found, holds } = gap;
  const details = { dataset: dataset.name, format, path, found, holds, others: formatsFor(payload) };
  return [report("formatCannotHold", details, options.locations.get("format") ?? dataset.location)];
};
