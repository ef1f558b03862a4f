import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { GlacierError, report } from "@glacier-ts/core";
import type { HomeRequest } from "../home.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import { FileStore, isInside } from "./file.js";
import { findPackageFolder } from "./package-folder.js";

/**
 * Finds the file of `file({ path })`: relative to the project's folder, or absolute; of `file({ package, path })`: in the
 * folder of that installed package.
 *
 * @throws GlacierError with GLA5010 where the package is not installed
 */
export async function findFile({ options, projectRoot }: HomeRequest): Promise<ObjectPlace> {
  const path = options.required("path");
  const pack = options.text("package")?.value;
  if (pack !== undefined) return findPackageFile(options.dataset, pack, path.value, projectRoot);
  const isFolder = path.value.endsWith("/") || path.value.endsWith(sep);
  const whole = resolve(projectRoot, path.value);
  const name = isFolder ? "" : basename(whole);
  const store = new FileStore({
    root: isFolder ? whole : dirname(whole),
    describe: (key) => {
      if (path.isSecret) return path.shown;
      return key === name ? path.value : splitPath(path.value).folder + key;
    },
    ...(!path.isSecret && { fileOf: (file) => fileIn(projectRoot, file) }),
  });
  return { store, key: name };
}

async function findPackageFile(dataset: string, name: string, path: string, projectRoot: string) {
  const root = await findPackageFolder(name, projectRoot);
  if (root === undefined) throw new GlacierError([report("packageNotFound", { dataset, package: name })]);
  // `./files/../a.txt` is the file `a.txt`; what leads out of the package stays as it is, and is refused.
  const key = relative(root, join(root, path)).split(sep).join("/") || ".";
  const store = new FileStore({
    root,
    describe: (each) => `${each === key ? path : each} of the package '${name}'`,
    fileOf: (file) => fileIn(projectRoot, file),
    isPackage: true,
  });
  return { store, key };
}

function fileIn(projectRoot: string, path: string): string {
  const file = isInside(path, projectRoot) ? relative(projectRoot, path) : path;
  return file.split(sep).join("/");
}
