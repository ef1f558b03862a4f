import type { Manifest, ManifestDataset, ManifestStorage } from "./manifest.js";
import type { Storage } from "./storage.js";

/** Where datasets live in one environment, such as a laptop, CI or production. */
export interface EnvironmentConfig {
  /**
   * Where every dataset lives that a task produces and that has a storage: a folder (`file({ path: ".data/" })`, a `prefix`
   * that ends with `/` or none) or a database, in which objects and tables are called after their datasets. By default
   * they live where they are declared to.
   */
  readonly storage?: Storage;
  /** By name: where a dataset lives, also one that no task produces. */
  readonly datasets?: { readonly [dataset: string]: Storage };
}

export interface Config {
  readonly environments: { readonly [name: string]: EnvironmentConfig };
  /** Where runs take place that name no environment; by default in none: everything lives where it is declared to. */
  readonly defaultEnvironment?: string;
}

/**
 * What `glacier.config.ts` exports by default.
 *
 * ```ts
 * export default defineConfig({
 *   environments: { dev: { storage: file({ path: ".data/" }) }, prod: {} },
 *   defaultEnvironment: "dev",
 * });
 * ```
 */
export function defineConfig<const C extends Config>(
  config: C & { readonly defaultEnvironment?: keyof C["environments"] },
): C {
  return config;
}

/** The manifest of the same pipelines, whose datasets live where the environment says. */
export function inEnvironment(manifest: Manifest, { storage, datasets = {} }: EnvironmentConfig): Manifest {
  const produced = new Set(
    Object.values(manifest.tasks).flatMap(({ outputs }) => outputs.map(({ dataset }) => dataset)),
  );
  const moved = Object.entries(manifest.datasets).map(([name, dataset]) => {
    const isMoved = produced.has(name) && dataset.storage !== undefined;
    const to = Object.hasOwn(datasets, name) ? datasets[name] : isMoved ? storage : undefined;
    return [
      name,
      { ...dataset, ...(to && { storage: to as MovedStorage }), ...movedQuarantine(dataset, storage) },
    ];
  });
  return { ...manifest, datasets: Object.fromEntries(moved) };
}

/** Rows that are set aside live in an object of their own, `<dataset>.rejected`, where everything else lives. */
function movedQuarantine(
  { onInvalid }: ManifestDataset,
  storage: Storage | undefined,
): Partial<ManifestDataset> {
  if (typeof onInvalid !== "object" || !storage) return {};
  return { onInvalid: { quarantine: storage as MovedStorage } };
}

type MovedStorage = Storage & ManifestStorage;
