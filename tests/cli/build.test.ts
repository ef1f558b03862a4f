import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject } from "../rig/temp-project.js";
import { analytics, broken } from "./analytics.js";

describe("glacier build", () => {
  it("writes JavaScript with the wiring, and the manifest", async () => {
    const project = makeProject(analytics);
    expect(await glacier(project.folder, ["build"])).toEqual({
      stdout: "Built 1 pipeline with 3 tasks: 5 files written.\n",
      stderr: "",
      code: 0,
    });
    expect(project.read("dist/tasks.js")).toContain('"src/tasks.ts#clean"');
    expect(project.read("dist/pipeline.js")).toContain("glacier.manifest.json");
    expect(JSON.parse(project.read("glacier.manifest.json")).pipelines).toHaveProperty([
      "src/pipeline.ts#analytics",
    ]);
  });

  it("lists the files as JSON", async () => {
    const project = makeProject(analytics);
    const { stdout, stderr, code } = await glacier(project.folder, ["--json", "build"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const { ok, diagnostics, files } = JSON.parse(stdout);
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] });
    expect(files.toSorted()).toEqual([
      "dist/pipeline.js",
      "dist/pipeline.js.map",
      "dist/tasks.js",
      "dist/tasks.js.map",
      "glacier.manifest.json",
    ]);
  });

  it("writes nothing when there are errors", async () => {
    const project = makeProject(broken);
    const built = await glacier(project.folder, ["build"]);
    expect(built).toEqual(await glacier(project.folder, ["check"]));
    expect([project.has("dist"), project.has("glacier.manifest.json")]).toEqual([false, false]);
  });
});
