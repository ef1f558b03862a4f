import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";
import { analytics, broken } from "./analytics.js";

describe("glacier check", () => {
  it("says that all is well, and writes nothing", async () => {
    const project = makeProject(analytics);
    expect(await glacier(project.folder, ["check"])).toEqual({
      stdout: "Checked 1 pipeline with 3 tasks: no errors.\n",
      stderr: "",
      code: 0,
    });
    expect([project.has("dist"), project.has("glacier.manifest.json")]).toEqual([false, false]);
  });

  it("reports type errors and problems of pipelines, by file and position, with what is wrong underlined", async () => {
    const project = makeProject(broken);
    const { stdout, stderr, code } = await glacier(project.folder, ["check"]);
    expect(stdout).toMatchSnapshot();
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
  });

  it("names files from the working directory", async () => {
    const project = makeProject(broken);
    const { stdout } = await glacier(project.path("src"), ["check", "--project", ".."]);
    expect(stdout).toMatch(/^pipeline.ts:4:/);
    expect(stdout).not.toContain("src/");
  });

  it("has colors only where they are wanted", async () => {
    const project = makeProject(broken);
    const colored = async (args: string[], env: Record<string, string>) =>
      (await glacier(project.folder, ["check", ...args], { env })).stdout.includes(
        "\u001b[31merror\u001b[39m",
      );
    expect(await colored([], {})).toBe(false);
    expect(await colored([], { FORCE_COLOR: "1" })).toBe(true);
    expect(await colored(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
    expect(await colored([], { NO_COLOR: "1" })).toBe(false);
  });

  it("writes diagnostics as JSON", async () => {
    const project = makeProject(broken);
    const { stdout, stderr, code } = await glacier(project.folder, ["check", "--json"]);
    const { ok, diagnostics } = JSON.parse(stdout);
    expect({ ok, code, stderr, lines: stdout.split("\n").length }).toEqual({
      ok: false,
      code: 1,
      stderr: "",
      lines: 2,
    });
    expect(diagnostics).toMatchObject([
      { code: "GLA3002", location: { file: "src/pipeline.ts", line: 4 } },
      { code: "TS2322", location: { file: "src/tasks.ts", line: 9 } },
    ]);
    const fine = await glacier(makeProject(analytics).folder, ["check", "--json"]);
    expect(fine).toEqual({ stdout: '{"ok":true,"diagnostics":[]}\n', stderr: "", code: 0 });
  });

  it("has a use for a project without pipelines", async () => {
    const project = makeProject({ "src/index.ts": "export const one = 1;\n" });
    expect(await glacier(project.folder, ["check"])).toEqual({
      stdout: "Checked 0 pipelines with 0 tasks: no errors.\n",
      stderr: "",
      code: 0,
    });
  });

  it("says where a tsconfig was looked for", async () => {
    const project = makeProject(analytics);
    const { stdout, stderr, code } = await glacier(project.folder, ["check", "--project", "nowhere"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr.replaceAll(project.folder, "<project>")).toBe(`\
error GLA4008: Cannot read project '<project>/nowhere': there is no such file.
  hint: name a tsconfig.json, or a folder with one, with --project

Found 1 error.
`);
    const json = await glacier(project.folder, ["check", "--project", "nowhere", "--json"]);
    expect(json).toMatchObject({ code: 2, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ code: "GLA4008" }] });
  });
});
