import { type Diagnostic, fail, type Result, report, succeed, suggest } from "@glacier-ts/core";
import { DatasetStore } from "@glacier-ts/storage";
import type { KnownDataset } from "./dataset-project.js";

const shortLength = 8;

/** The beginning of a version, which is enough to name it. */
export const shortVersion = (version: string) => version.slice(0, shortLength);

/** A dataset's value, and which one it is. */
export interface LoadedVersion {
  readonly version: string;
  readonly value: unknown;
}

/**
 * Loads a version of a dataset: from its storage, which has the latest one, or from what runs have kept.
 *
 * @param asked a version or the beginning of one; by default what there is
 * @returns GLA5063 where there is no such version, GLA5064 where it is no longer kept, GLA5065 where there is none at all;
 *   GLA50xx where it cannot be read
 */
export async function loadVersion(
  dataset: KnownDataset,
  asked: string | undefined,
): Promise<Result<LoadedVersion, Diagnostic>> {
  const { name, materializations } = dataset;
  const made = materializations.filter(({ version }) => version !== null);
  const found = asked === undefined ? made[0] : made.find(({ version }) => version?.startsWith(asked));
  if (asked !== undefined && !found) {
    const known = made.map(({ version }) => shortVersion(version ?? ""));
    return fail(
      report("unknownVersion", { dataset: name, version: asked, suggestion: suggest(asked, known) }),
    );
  }
  if (found?.artifact !== undefined) return loadArtifact(dataset, found.version ?? "", found.artifact);
  if (!dataset.manifest.storage) return fail(report("nothingMade", { dataset: name }));
  return loadStored(dataset, asked === undefined ? undefined : (found?.version ?? undefined));
}

async function loadArtifact(
  { name, state }: KnownDataset,
  version: string,
  artifact: string,
): Promise<Result<LoadedVersion, Diagnostic>> {
  const found = await state.artifacts.get(artifact);
  if (found.ok) return succeed({ version, value: found.value });
  return fail(
    report("versionGone", { dataset: name, version: shortVersion(version), where: "among what runs keep" }),
  );
}

/** @param wanted the version that it must be */
async function loadStored(
  { name, manifest, schema, project }: KnownDataset,
  wanted: string | undefined,
): Promise<Result<LoadedVersion, Diagnostic>> {
  const store = new DatasetStore({ projectRoot: project.root });
  const there = await store.version(name, manifest, schema, () => undefined);
  if (!there.ok) return there;
  const { version, place } = there.value;
  if (wanted !== undefined && version !== wanted) {
    return fail(
      report("versionGone", { dataset: name, version: shortVersion(wanted), where: `at ${place}` }),
    );
  }
  const loaded = await store.load(name, manifest, schema);
  return loaded.ok ? succeed({ version, value: loaded.value.value }) : loaded;
}
