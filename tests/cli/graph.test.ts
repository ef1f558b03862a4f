import { buildGraph, checkGraph, parseManifest, pipelineId, render } from "@glacier-ts/core";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";
import { makeProject, type TempProject } from "../rig/temp-project.js";
import { analytics, broken, twoPipelines } from "./analytics.js";

const fine = (stdout: string) => ({ stdout, stderr: "", code: 0 });

/** What `glacier graph` prints for a pipeline: its name, and core's drawing, which has tests of its own. */
function drawingOf(project: TempProject, name: string): string {
  const manifest = parseManifest(project.read("glacier.manifest.json"), "glacier.manifest.json");
  if (!manifest.ok) throw new Error(manifest.failure.message);
  const graph = checkGraph(buildGraph(manifest.value, pipelineId(`src/pipeline.ts#${name}`)));
  if (!graph.ok) throw new Error("the graph is not valid");
  return `${name}\n\n${render(graph.value)}\n`;
}

describe("glacier graph", () => {
  it("draws one pipeline, or all", async () => {
    const project = makeProject(twoPipelines);
    await glacier(project.folder, ["manifest"]);
    const intake = drawingOf(project, "intake");
    expect(intake).toContain("→ clean_users");
    expect(await glacier(project.folder, ["graph", "intake"])).toEqual(fine(intake));
    expect(await glacier(project.folder, ["graph"])).toEqual(
      fine(`${drawingOf(project, "analytics")}\n${intake}`),
    );
  });

  it("speaks Mermaid and DOT", async () => {
    const project = makeProject(twoPipelines);
    const mermaid = await glacier(project.folder, ["graph", "analytics", "--format", "mermaid"]);
    expect(mermaid.stdout.split("\n").slice(0, 2)).toEqual(["flowchart TD", '  task_extract["extract"]']);
    const all = await glacier(project.folder, ["graph", "-f", "mermaid"]);
    expect(all.stdout.startsWith("%% analytics\nflowchart TD\n")).toBe(true);
    expect(all.stdout).toContain("\n\n%% intake\nflowchart TD\n");
    const dot = await glacier(project.folder, ["graph", "--format", "dot"]);
    expect(dot.stdout.match(/^digraph .*$/gm)).toEqual(['digraph "analytics" {', 'digraph "intake" {']);
  });

  it("writes tasks, edges and order as JSON", async () => {
    const project = makeProject(analytics);
    const { stdout, stderr, code } = await glacier(project.folder, ["graph", "--json"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      pipelines: [
        {
          id: "src/pipeline.ts#analytics",
          name: "analytics",
          tasks: [{ name: "extract" }, { name: "clean", retries: 0 }, { name: "summarise" }],
          edges: [
            { from: "src/tasks.ts#clean", to: "src/tasks.ts#summarise", dataset: "clean_users" },
            { from: "src/tasks.ts#extract", to: "src/tasks.ts#clean", dataset: "raw_users" },
          ],
          order: ["src/tasks.ts#extract", "src/tasks.ts#clean", "src/tasks.ts#summarise"],
        },
      ],
    });
  });

  it("asks back when it does not know the name", async () => {
    const project = makeProject(twoPipelines);
    expect(await glacier(project.folder, ["graph", "analytic"])).toEqual({
      stdout: "",
      stderr: `\
error GLA4006: There is no pipeline 'analytic'; the project has 'analytics' and 'intake'.
  hint: did you mean 'analytics'?

Found 1 error.
`,
      code: 2,
    });
  });

  it("says when there is nothing to draw, or what is wrong with it", async () => {
    const empty = makeProject({ "src/index.ts": "export const one = 1;\n" });
    expect(await glacier(empty.folder, ["graph"])).toEqual({
      stdout: "",
      stderr: `\
error GLA4007: There is no pipeline in project 'tsconfig.json'.
  hint: write one, or name another project with --project

Found 1 error.
`,
      code: 1,
    });
    const { stdout, stderr, code } = await glacier(makeProject(broken).folder, ["graph", "--format", "dot"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toContain("GLA3002");
  });
});
