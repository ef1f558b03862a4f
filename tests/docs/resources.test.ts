/** Does what docs/resources.md says, with the code that is in it. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const page = readFileSync(new URL("../../docs/resources.md", import.meta.url), "utf8");
const sources = Array.from(page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm), ([, file, code]) => [
  file,
  code,
]);

it("fills a database, and closes it", async () => {
  const project = makeProject(Object.fromEntries(sources));
  const { code, stderr } = await glacier(project.folder, ["run"]);
  expect(code, stderr).toBe(0);
  const database = new DatabaseSync(project.path("users.db"));
  expect(database.prepare("select name from users").all()).toMatchObject([{ name: "Ada" }, { name: "Alan" }]);
  database.close();
});
