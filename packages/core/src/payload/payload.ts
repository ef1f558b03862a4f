/**
 * Payloads as formats see them: what the compiler and the storage must agree on.
 * @module @glacier-ts/core/payload
 */
export { type ColumnContent, type ColumnType, columnTypeOf } from "./column-type.js";
export { describeShape } from "./describe.js";
export { FormatGap } from "./format-gap.js";
export { findCompressionGap, findFormatGap, formatsFor, readTable } from "./format-gaps.js";
export { type CompressionNames, compressionNames, formatName, objectEnding } from "./format-name.js";
export { findPartitionGap, type PartitionGap, withoutColumns } from "./partitions.js";
export { reaches, resolve, restOf, type Shape, shapeOf, splitNull } from "./shape.js";
export { type Column, rowShape, type Table, tableOf } from "./table.js";
