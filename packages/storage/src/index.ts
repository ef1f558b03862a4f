/**
 * Reads and writes datasets where they live.
 * @module @glacier-ts/storage
 */
export {
  DatasetStore,
  type DatasetStoreOptions,
  type Loaded,
  type Stored,
  type Version,
} from "./dataset-store.js";
export { FileAdapter, type FileAddress, type FileSource } from "./file.js";
export type { Environment } from "./resolve-options.js";
