/** What a result was made of. Two runs of a task with the same parts come to the same result, so it need not run twice. */
import { createHash } from "node:crypto";
import { type JsonObject, type ManifestDataset, sortKeys, type TaskId } from "@glacier-ts/core";
import type { PlannedDataset, PlannedTask } from "../plan.js";

/** By name, so that two of them can be compared for people. */
export interface KeyParts extends JsonObject {
  /** The version of the task's code, with everything that it calls. */
  readonly code: string;
  /** By parameter: the dataset and its version; null where there was none. */
  readonly inputs: Readonly<Record<string, string | null>>;
  /** Run parameters that the task takes. */
  readonly params: JsonObject;
  /** By name: a hash of the environment variable's value, null where it is not set. */
  readonly env: Readonly<Record<string, string | null>>;
  /** By dataset: where the task's outputs are stored, and how they are encoded. */
  readonly storage: JsonObject;
}

export interface KeySources {
  readonly code: string;
  /** The version of a dataset, by its number; null where there is none. */
  readonly versionOf: (dataset: number) => string | null;
  readonly datasets: readonly PlannedDataset[];
  readonly params: ReadonlyMap<string, unknown>;
  readonly env: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function keyParts({ manifest, inputs, outputs }: PlannedTask, sources: KeySources): KeyParts {
  const { code, versionOf, datasets, params, env, environment } = sources;
  const stored = outputs.filter((output) => output.stored).map((output) => datasets[output.dataset]);
  return {
    code,
    inputs: Object.fromEntries(
      inputs.map(({ dataset }, index) => {
        const version = versionOf(dataset);
        const name = datasets[dataset]?.name ?? "";
        return [manifest.inputs[index]?.parameter ?? "", version === null ? null : `${name}@${version}`];
      }),
    ),
    params: Object.fromEntries(
      (manifest.params ?? []).map(({ name }) => [name, (params.get(name) ?? null) as string | number]),
    ),
    env: Object.fromEntries(env.map((name) => [name, hashOfVariable(environment[name])])),
    storage: Object.fromEntries(
      stored.map((dataset) => [dataset?.name ?? "", storagePart(dataset?.manifest as ManifestDataset)]),
    ),
  };
}

/** The key that results are found by. */
export function keyOf(task: TaskId, parts: JsonObject): string {
  return createHash("sha256")
    .update(JSON.stringify([task, sortKeys(parts)]))
    .digest("hex");
}

function storagePart({ storage, format, compression, partitionBy }: ManifestDataset): JsonObject {
  return {
    ...storage,
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    ...(partitionBy !== undefined && { partitionBy }),
  };
}

/** Hashed, as a variable may hold what nobody is to see. */
function hashOfVariable(value: string | undefined): string | null {
  return value === undefined ? null : createHash("sha256").update(value).digest("hex").slice(0, 16);
}
