import {
  compareText,
  type JsonObject,
  type Manifest,
  type ManifestStorage,
  sortKeys,
} from "@glacier-ts/core";

/** The manifest that a rename is to lead to: the old one with the name changed, and nothing else. */
export function renamedManifest(
  manifest: Manifest,
  { from, to }: { readonly from: string; readonly to: string },
  storage: JsonObject | undefined,
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
        const isStored = dataset === from && storage !== undefined;
        return [name(dataset), isStored ? { ...value, storage: storage as ManifestStorage } : value];
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

/** Whether two manifests say the same. Doc comments may link to what was renamed, so they are left out. */
export function isSameManifest(a: Manifest, b: Manifest): boolean {
  const text = (manifest: Manifest) =>
    JSON.stringify(sortKeys(manifest as never), (key, value) =>
      key === "doc" || key === "description" ? undefined : value,
    );
  return text(a) === text(b);
}
