/** What a rename is to lead to, worked out on the JSON. */
import type { Manifest } from "@glacier-ts/core";

/** The manifest with a dataset under another name, sorted as the analyzer sorts it. */
export function withDatasetName(manifest: Manifest, from: string, to: string): unknown {
  const segments = new RegExp(`(?<=^|/)${from.replaceAll(".", "\\.")}(?=[/.]|$)`, "g");
  return mapObjects(manifest, (key, value) => {
    if (key === "dataset" && value === from) return to;
    if (key === "external") return (value as string[]).map((name) => (name === from ? to : name)).sort();
    if (key === "edges") return (value as Edge[]).toSorted((a, b) => (edgeText(a) < edgeText(b) ? -1 : 1));
    if (key !== "datasets") return value;
    const entries = Object.entries(value as Manifest["datasets"]).map(([name, dataset]) => {
      if (name !== from) return [name, dataset];
      const text = JSON.stringify(dataset.storage ?? null);
      const storage = JSON.parse(text, (option, found) =>
        ["path", "prefix"].includes(option) &&
        typeof found === "string" &&
        dataset.storage?.package === undefined
          ? found.replace(segments, to)
          : found,
      );
      const { validator } = dataset;
      const id = validator?.id.replace(new RegExp(`#${constantOf(from)}$`), `#${constantOf(to)}`);
      return [
        to,
        {
          ...dataset,
          ...(storage !== null && { storage }),
          ...(validator && { validator: { ...validator, id } }),
        },
      ];
    });
    return Object.fromEntries(entries);
  });
}

/** `RawUsers` of `raw_users`, as the corpus names the constants of datasets. */
const constantOf = (dataset: string) =>
  dataset.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Edge = Manifest["pipelines"][string]["edges"][number];
const edgeText = ({ from, to, dataset }: Edge) => `${from} ${to} ${dataset}`;

/** Replaces the properties of an object and of those inside of it, from the inside out. */
function mapObjects(value: unknown, replace: (key: string, value: unknown) => unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, found) => replace(key, found));
}
