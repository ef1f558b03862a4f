import {
  compareText,
  type JsonObject,
  type Manifest,
  type ManifestStorage,
  sortKeys,
} from "@glacier-ts/core";

/**
 * The manifest that a rename is to lead to: the old one with the name changed, and nothing else.
 *
 * @param storage of the dataset, where that changes as well
 * @param identifiers the new names of what is named after the dataset, by the old ones
 */
export function renamedManifest(
  manifest: Manifest,
  { from, to }: { readonly from: string; readonly to: string },
  storage: JsonObject | undefined,
  identifiers: ReadonlyMap<string, string>,
): Manifest {
  const name = (dataset: string) => (dataset === from ? to : dataset);
  const mapValues = <T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
  const withName = <T extends { readonly dataset: string }>(item: T): T => ({
    ...item,
    dataset: name(item.dataset),
  });
  return {
    ...manifest,
    datasets: Object.fromEntries(
      Object.entries(manifest.datasets).map(([dataset, value]) => {
        if (dataset !== from) return [dataset, value];
        const { validator } = value;
        const renamed = {
          ...value,
          ...(storage && { storage: storage as ManifestStorage }),
          ...(validator && { validator: { ...validator, id: renamedExport(validator.id, identifiers) } }),
        };
        return [to, renamed];
      }),
    ),
    tasks: mapValues(manifest.tasks, (task) => ({
      ...task,
      inputs: task.inputs.map(withName),
      outputs: task.outputs.map(withName),
    })),
    pipelines: mapValues(manifest.pipelines, (pipeline) => ({
      ...pipeline,
      edges: pipeline.edges
        .map(withName)
        .sort(
          (a, b) =>
            compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.dataset, b.dataset),
        ),
      external: pipeline.external.map(name).sort(compareText),
    })),
  };
}

/** `src/datasets.ts#Users` */
function renamedExport(id: string, identifiers: ReadonlyMap<string, string>): string {
  const start = id.lastIndexOf("#") + 1;
  const name = id.slice(start);
  return id.slice(0, start) + (identifiers.get(name) ?? name);
}

/** Whether two manifests say the same. Doc comments may link to what was renamed, so they are left out. */
export function isSameManifest(a: Manifest, b: Manifest): boolean {
  const text = (manifest: Manifest) =>
    JSON.stringify(sortKeys(manifest as never), (key, value) =>
      key === "doc" || key === "description" ? undefined : value,
    );
  return text(a) === text(b);
}
