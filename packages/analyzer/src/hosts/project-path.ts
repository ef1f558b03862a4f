import path from "node:path";
import { remember } from "./remember.js";

/** Names files as manifests and diagnostics do: relative to the project's folder, with `/`. */
export function relativeTo(root: string): (fileName: string) => string {
  return remember((fileName) => path.relative(root, fileName).split(path.sep).join("/"));
}
