/**
 * Storage descriptors: where a dataset lives. They are plain data; adapters that read and write are elsewhere.
 * @module @glacier-ts/core/storage
 */
import type { Exact } from "./exact.js";
import type { StringOption } from "./reference.js";

/** How a dataset is encoded. */
export type Format = "json" | "ndjson" | "csv" | "tsv" | "parquet" | "arrow" | "text" | "bytes";

/** How the bytes of a dataset are made smaller. */
export type Compression = "gzip" | "zstd";

export interface FileOptions {
  /**
   * Relative to the folder of the project's tsconfig, or absolute; inside the package when `package` is given. What ends
   * with `/` is a folder, in which the file is called after its dataset.
   */
  readonly path: StringOption;
  /** An installed npm package that holds the file. */
  readonly package?: string;
}

export interface S3Options {
  readonly bucket: StringOption;
  /** The object's key; what ends with `/`, or none, is a folder, in which the object is called after its dataset. */
  readonly prefix?: StringOption;
  readonly region?: StringOption;
  /** The URL of another store that speaks the protocol; by default Amazon's, or `AWS_ENDPOINT_URL_S3`. */
  readonly endpoint?: StringOption;
  /** Whether the bucket is part of the path and not of the host name, as other stores may need it. */
  readonly forcePathStyle?: boolean;
}

export interface GcsOptions {
  readonly bucket: StringOption;
  /** The URL of an emulator; by default Google's, or `STORAGE_EMULATOR_HOST`. */
  readonly endpoint?: StringOption;
  /** The object's name; what ends with `/`, or none, is a folder, in which the object is called after its dataset. */
  readonly prefix?: StringOption;
}

export interface AzureBlobOptions {
  readonly account: StringOption;
  readonly container: StringOption;
  /** The blob's name; what ends with `/`, or none, is a folder, in which the blob is called after its dataset. */
  readonly prefix?: StringOption;
  /** The URL of the account's blobs, for an emulator or a private cloud. */
  readonly endpoint?: StringOption;
}

export interface HttpOptions {
  /** `https:` or `http:`; a `secret()` where it has a signature. */
  readonly url: StringOption;
}

export interface PostgresOptions {
  /** By default it is called after the dataset. */
  readonly table?: StringOption;
  /** The schema of the table; by default `public`. */
  readonly schema?: StringOption;
  /** `postgresql://user:password@host/database`; by default the `PG…` environment variables, as `psql` has it. */
  readonly connection?: StringOption;
}

export interface DuckDbOptions {
  /** The database's file: relative to the folder of the project's tsconfig, or absolute. */
  readonly path: StringOption;
  /** By default it is called after the dataset. */
  readonly table?: StringOption;
}

/** Options by kind of storage. */
export interface StorageOptions {
  readonly file: FileOptions;
  readonly s3: S3Options;
  readonly gcs: GcsOptions;
  readonly "azure-blob": AzureBlobOptions;
  readonly http: HttpOptions;
  readonly postgres: PostgresOptions;
  readonly duckdb: DuckDbOptions;
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

/** A file on the web, which is only read. */
export function http<const Options extends HttpOptions>(
  options: Options & Exact<HttpOptions, Options>,
): StorageOf<"http", Options> {
  return { kind: "http", ...(options as Options) };
}

/** A table of a PostgreSQL database: a row for each row of the dataset. */
export function postgres<const Options extends PostgresOptions>(
  options: Options & Exact<PostgresOptions, Options>,
): StorageOf<"postgres", Options> {
  return { kind: "postgres", ...(options as Options) };
}

/** A table of a DuckDB database: a row for each row of the dataset. */
export function duckdb<const Options extends DuckDbOptions>(
  options: Options & Exact<DuckDbOptions, Options>,
): StorageOf<"duckdb", Options> {
  return { kind: "duckdb", ...(options as Options) };
}
