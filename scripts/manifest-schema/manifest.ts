/** The manifest as a dataset: its published JSON Schema is derived as every other payload's is. */
import type { Dataset, Manifest } from "@glacier-ts/core";

export type ManifestFile = Dataset<"manifest", Manifest>;
