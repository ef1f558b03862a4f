/** Projects as an editor has them: the plugin in the tsconfig, and a tsserver that ends with the test. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { makeProject, type pluginConfig } from "./tspc.js";
import { Tsserver } from "./tsserver.js";

/** The same entry for ts-patch and tsserver. */
export function makeEditorProject(
  files: Readonly<Record<string, string>>,
  options: Parameters<typeof pluginConfig>[1] = {},
): string {
  const folder = makeProject(files, options);
  nameForEditor(folder);
  return folder;
}

/** Lets tsserver find the plugin in the tsconfig of a project that was made for ts-patch. */
export function nameForEditor(folder: string): void {
  const file = path.join(folder, "tsconfig.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  config.compilerOptions.plugins[0].name = "@glacier-ts/plugin";
  writeFileSync(file, JSON.stringify(config));
}

/** A server that ends with the test. */
export function startServer(folder: string, onFinished = onTestFinished): Tsserver {
  const server = new Tsserver(folder);
  onFinished(() => server.stop());
  return server;
}
