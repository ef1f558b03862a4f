/** Quick fixes for what the corpus reports, through one tsserver: what is offered, and that the first one repairs it. */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { fixtureCases } from "../analyzer/support/fixture-cases.js";
import { EditedProject } from "./support/edited-project.js";
import { nameForEditor, startServer } from "./support/editor.js";
import { projectOfCase } from "./support/tspc.js";
import type { ServerDiagnostic } from "./support/tsserver.js";

const entries = ["GLA1001", "GLA1011", "GLA2001", "GLA2008", "GLA3002"];
const cases = fixtureCases().filter(
  ({ name, hasPackages }) =>
    !hasPackages &&
    entries.some((entry) => name.startsWith(`diagnostics/${entry}`)) &&
    name.includes("/reports/"),
);

const keyOf = ({ code, message }: ServerDiagnostic) => `${code} ${message}`;

it("offers and applies fixes all over the corpus", async () => {
  const folder = realpathSync(tmpdir());
  const server = startServer(folder);
  const report: string[] = [];
  for (const fixture of cases) {
    const root = projectOfCase(fixture);
    nameForEditor(root);
    const names = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" });
    const sources = names.filter((name) => /\.[cm]?[jt]sx?$/.test(name)).sort();
    const files = sources.map((name) => {
      const file = path.relative(folder, path.join(root, "src", name));
      return [file, readFileSync(path.join(folder, file), "utf8")] as const;
    });
    const project = new EditedProject(server, Object.fromEntries(files));
    const reported = await project.diagnostics();
    report.push(`## ${fixture.name}`);
    for (const { file, diagnostic } of reported.filter((one) =>
      entries.includes(one.diagnostic.message.slice(0, 7)),
    )) {
      const fixes = await server.codeFixes(file, diagnostic);
      report.push(
        `${diagnostic.message.split("\n")[0]}`,
        ...fixes.map(({ description }) => `  * ${description}`),
      );
      const [first] = fixes;
      if (!first) continue;
      project.apply(first.changes);
      for (const [changed, before] of files) {
        const old = new Set(before.split("\n"));
        const lines = project
          .text(changed)
          .split("\n")
          .filter((line) => !old.has(line));
        report.push(...lines.map((line) => `  + ${line}`));
      }
      const left = await project.diagnostics();
      const places = (all: typeof left) =>
        all.filter((one) => keyOf(one.diagnostic) === keyOf(diagnostic)).length;
      expect(places(left), fixture.name).toBeLessThan(places(reported));
      const own = (all: typeof left) =>
        all.filter((one) => one.diagnostic.code < 990_000).map((one) => keyOf(one.diagnostic));
      expect(own(left), fixture.name).toEqual(own(reported));
      project.write(Object.fromEntries(files));
    }
    for (const [file] of files) server.close(file);
  }
  expect(report.join("\n")).toMatchSnapshot();
});
