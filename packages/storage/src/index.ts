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
export { encodeText } from "./encode-text.js";
export type { Environment } from "./storage-options.js";
export { FileStore, type FileStoreOptions } from "./stores/file.js";
