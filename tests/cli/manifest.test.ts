import { describe, expect, it } from "vitest";
import { glacier, glacierInShell } from "../rig/glacier.js";
import { makeProject, tsconfigWith } from "../rig/temp-project.js";
import { analytics, broken, tasks } from "./analytics.js";

const fine = (stdout: string) => ({ stdout, stderr: "", code: 0 });

describe("glacier manifest", () => {
  it("writes the manifest and no JavaScript, and prints the same", async () => {
    const project = makeProject(analytics);
    expect(await glacier(project.folder, ["manifest"])).toEqual(fine("Wrote glacier.manifest.json.\n"));
    expect(project.has("dist")).toBe(false);
    expect(await glacier(project.folder, ["manifest"])).toEqual(
      fine("glacier.manifest.json is up to date.\n"),
    );
    const text = project.read("glacier.manifest.json");
    expect(await glacier(project.folder, ["manifest", "--stdout"])).toEqual(fine(text));
    const json = await glacier(project.folder, ["manifest", "--stdout", "--json"]);
    expect(JSON.parse(json.stdout)).toEqual({ ok: true, diagnostics: [], manifest: JSON.parse(text) });
  });

  it("writes the same bytes as a build", async () => {
    const project = makeProject(analytics);
    await glacier(project.folder, ["build"]);
    expect(await glacier(project.folder, ["manifest", "--check"])).toEqual(
      fine("glacier.manifest.json is up to date.\n"),
    );
  });

  it("makes the folder that the plugin's option names", async () => {
    const plugin = {
      transform: "@glacier-ts/plugin",
      transformProgram: true,
      manifest: "generated/manifest.json",
    };
    const project = makeProject({ ...analytics, "tsconfig.json": tsconfigWith({ plugins: [plugin] }) });
    expect(await glacier(project.folder, ["manifest"])).toEqual(fine("Wrote generated/manifest.json.\n"));
  });

  it("says what is stale", async () => {
    const project = makeProject(analytics);
    const missing = await glacier(project.folder, ["manifest", "--check"]);
    expect(missing).toMatchObject({ code: 1, stderr: "" });
    expect(missing.stdout).toContain("'glacier.manifest.json' is stale: the file does not exist.");
    expect(project.has("glacier.manifest.json")).toBe(false);

    await glacier(project.folder, ["manifest"]);
    const before = project.read("glacier.manifest.json");
    project.write({ "src/tasks.ts": tasks.replace("retries: 0", "retries: 2") });
    expect(await glacier(project.folder, ["manifest", "--check"])).toEqual({
      stdout: `\
error GLA4013: 'glacier.manifest.json' is stale: 1 task changed (src/tasks.ts#clean).
  hint: write it again with \`glacier manifest\`

Found 1 error.
`,
      stderr: "",
      code: 1,
    });
    expect(project.read("glacier.manifest.json")).toBe(before);
    const json = await glacier(project.folder, ["manifest", "--check", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      isStale: true,
      file: "glacier.manifest.json",
      diagnostics: [{ code: "GLA4013" }],
    });
  });

  it("does not write where there are errors, and keeps stdout for the manifest", async () => {
    const project = makeProject(broken);
    expect(await glacier(project.folder, ["manifest"])).toEqual(await glacier(project.folder, ["check"]));
    expect(project.has("glacier.manifest.json")).toBe(false);
    const printed = await glacier(project.folder, ["manifest", "--stdout"]);
    expect(printed).toMatchObject({ stdout: "", code: 1 });
    expect(printed.stderr).toContain("GLA3002");
  });

  it("says when the file cannot be written", async () => {
    const project = makeProject({ ...analytics, "glacier.manifest.json/in-the-way": "" });
    const { stdout, code } = await glacier(project.folder, ["manifest"]);
    expect(code).toBe(1);
    expect(stdout).toContain("error GLA4005: Cannot write");
  });

  it("takes no offence at a reader that leaves", async () => {
    const project = makeProject(analytics);
    const { stdout, stderr, code } = await glacierInShell(
      project.folder,
      "glacier manifest --stdout | head -1; echo $PIPESTATUS",
    );
    expect({ stdout, stderr, code }).toEqual({ stdout: "{\n0\n", stderr: "", code: 0 });
  });
});
