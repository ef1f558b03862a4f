/** Does what docs/checks.md says, with the code that is in it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";

const page = readFileSync(new URL("../../docs/checks.md", import.meta.url), "utf8");
const sources = Array.from(page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm), ([, file, code]) => [
  file,
  code,
]);

it("warns of what the page says", async () => {
  const project = makeProject(Object.fromEntries(sources));
  const { code, stderr, stdout } = await glacier(project.folder, ["run"]);
  expect(code, stderr).toBe(0);
  const [, warning = "?"] = /^(warning GLA5076: .*)$/m.exec(page) ?? [];
  expect(stderr).toContain(warning);
  expect(stdout).toMatch(/no_negative_delay +passed/);
  expect(stdout).toMatch(/recent +passed/);
});
