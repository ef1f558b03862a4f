import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { glacier } from "../rig/glacier.js";

const commands = [
  "init",
  "build",
  "manifest",
  "check",
  "graph",
  "run",
  "runs",
  "runs ls",
  "runs show",
  "logs",
  "cache",
  "cache ls",
  "cache gc",
  "rename",
  "rename dataset",
];
const usage = (args: readonly string[]) => glacier(tmpdir(), args);

describe("the command line", () => {
  it("has a version", async () => {
    const { version } = JSON.parse(
      readFileSync(new URL("../../packages/cli/package.json", import.meta.url), "utf8"),
    );
    for (const args of [["--version"], ["-V"], ["run", "--version"]])
      expect(await usage(args)).toEqual({ stdout: `${version}\n`, stderr: "", code: 0 });
  });

  it.each([[[]], ...commands.map((command) => [command.split(" ")])])("helps with %j", async (words) => {
    const { stdout, stderr, code } = await usage([...words, "--help"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toMatchSnapshot();
  });

  it("shows help on stderr when no command is given", async () => {
    const { stdout, stderr, code } = await usage([]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toBe((await usage(["--help"])).stdout);
  });

  it.each([
    [["rnu"], "error: unknown command 'rnu'\n(Did you mean run?)\n"],
    [["check", "--jsno"], "error: unknown option '--jsno'\n(Did you mean --json?)\n"],
    [
      ["graph", "--format", "svg"],
      "error: option '-f, --format <format>' argument 'svg' is invalid. Allowed choices are text, mermaid, dot.\n",
    ],
    [
      ["run", "--concurrency", "0"],
      "error: option '-c, --concurrency <n>' argument '0' is invalid. It must be a whole number from 1 up.\n",
    ],
    [["run", "a", "b"], "error: too many arguments for 'run'. Expected 1 argument but got 2: a, b.\n"],
    [["check", "--project"], "error: option '-p, --project <path>' argument missing\n"],
    [["manifest", "--stdout", "--check"], "error: option '--stdout' cannot be used with option '--check'\n"],
  ])("refuses %j", async (args, message) => {
    expect(await usage(args)).toEqual({
      stdout: "",
      stderr: `${message}Run \`glacier --help\` for help.\n`,
      code: 2,
    });
  });

  it("tells programs, too", async () => {
    const { stdout, code } = await usage(["rnu", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, diagnostics: [], error: { kind: "usage" } });
  });
});
