import path from "node:path";

/**
 * The name in the package.json that is nearest above a file.
 *
 * @param names what was found before, by folder
 */
export function nearestPackageName(
  fileName: string,
  readFile: (fileName: string) => string | undefined,
  names: Map<string, string | undefined>,
): string | undefined {
  const folders: string[] = [];
  let name: string | undefined;
  for (let folder = path.dirname(fileName); ; folder = path.dirname(folder)) {
    if (names.has(folder)) {
      name = names.get(folder);
      break;
    }
    folders.push(folder);
    name = nameIn(readFile(path.join(folder, "package.json")));
    if (name !== undefined || folder === path.dirname(folder)) break;
  }
  for (const folder of folders) names.set(folder, name);
  return name;
}

function nameIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
