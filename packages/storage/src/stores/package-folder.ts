import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** One or two plain parts, so that a name cannot lead out of node_modules. */
const packageName = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * Finds the folder of an installed npm package as Node does, in the node_modules folders from `start` upwards. What the
 * package exports does not matter: its data files rarely are.
 */
export async function findPackageFolder(name: string, start: string): Promise<string | undefined> {
  if (!packageName.test(name)) return undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    const stats = await stat(candidate).catch(() => undefined);
    if (stats?.isDirectory()) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
