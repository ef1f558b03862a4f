/**
 * Storage descriptors: where a dataset lives. They are plain data; adapters that read and write are elsewhere.
 * @module @glacier-ts/core/storage
 */
import type { Exact } from "./exact.js";
import type { StringOption } from "./reference.js";

/** How a dataset is encoded. */
export type Format = "json" | "ndjson" | "csv" | "tsv" | "parquet" | "arrow" | "text" | "bytes";

export interface FileOptions {
  /** Relative to the folder of the project's tsconfig, or absolute; inside the package when `package` is given. */
  readonly path: StringOption;
  /** An installed npm package that holds the file. */
  readonly package?: string;
}

export interface S3Options {
  readonly bucket: StringOption;
  /** The key, or the start of the keys, of the dataset's objects. */
  readonly prefix?: StringOption;
  readonly region?: StringOption;
}

export interface GcsOptions {
  readonly bucket: StringOption;
  /** The name, or the start of the names, of the dataset's objects. */
  readonly prefix?: StringOption;
}

export interface AzureBlobOptions {
  readonly account: StringOption;
  readonly container: StringOption;
  /** The name, or the start of the names, of the dataset's blobs. */
  readonly prefix?: StringOption;
}

/** Options by kind of storage. */
export interface StorageOptions {
  readonly file: FileOptions;
  readonly s3: S3Options;
  readonly gcs: GcsOptions;
  readonly "azure-blob": AzureBlobOptions;
}

export type StorageKind = keyof StorageOptions;

/** A storage descriptor: its kind and that kind's options. */
export type Storage = { readonly [Kind in StorageKind]: StorageOf<Kind, StorageOptions[Kind]> }[StorageKind];

export type StorageOf<Kind extends StorageKind, Options> = Options & { readonly kind: Kind };

/** A local file, or a file inside an installed npm package. */
export function file<const Options extends FileOptions>(
  options: Options & Exact<FileOptions, Options>,
): StorageOf<"file", Options> {
  return { kind: "file", ...(options as Options) };
}

/** Objects in an Amazon S3 bucket, or in any store that speaks its protocol. */
export function s3<const Options extends S3Options>(
  options: Options & Exact<S3Options, Options>,
): StorageOf<"s3", Options> {
  return { kind: "s3", ...(options as Options) };
}

/** Objects in a Google Cloud Storage bucket. */
export function gcs<const Options extends GcsOptions>(
  options: Options & Exact<GcsOptions, Options>,
): StorageOf<"gcs", Options> {
  return { kind: "gcs", ...(options as Options) };
}

/** Blobs in an Azure storage container. */
export function azureBlob<const Options extends AzureBlobOptions>(
  options: Options & Exact<AzureBlobOptions, Options>,
): StorageOf<"azure-blob", Options> {
  return { kind: "azure-blob", ...(options as Options) };
}
