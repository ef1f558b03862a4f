import {
  type Diagnostic,
  GlacierError,
  type Graph,
  type Json,
  type JsonObject,
  pipeline,
  type Result,
  report,
  sortKeys,
  type Target,
} from "@glacier-ts/core";
import { describe, expect, test } from "vitest";
import { testTarget } from "../contracts/target.js";
import { makeManifest, type TaskSketch } from "./make-graph.js";

/** A target for the tests: a JSON file for each task, with what it reads, writes and needs. */
class JsonTarget implements Target<ReadonlyMap<string, string>> {
  readonly name = "json";

  compile(graph: Graph): Result<ReadonlyMap<string, string>, readonly Diagnostic[]> {
    const problems: Diagnostic[] = [];
    const files = new Map<string, string>();
    for (const id of graph.order) {
      const task = graph.tasks.get(id)?.manifest;
      if (!task) throw new Error(`Internal error: no task '${id}'`);
      const { name, retries, timeout, compute } = task;
      const options = {
        ...(retries && { retries }),
        ...(timeout && { timeout }),
        ...(compute && { compute }),
      };
      const [file = "", line] = task.declared.split(":");
      for (const { option, type } of dynamicOptions(options)) {
        const details = { task: name, option, type, target: this.name };
        problems.push(report("dynamicInTarget", details, { file, line: Number(line), column: 1 }));
      }
      const reads = task.inputs.map((input) => input.dataset);
      const writes = task.outputs.map((output) => output.dataset);
      files.set(
        `tasks/${encodeURIComponent(name)}.json`,
        JSON.stringify(sortKeys({ id, name, reads, writes, options })),
      );
    }
    return problems.length > 0 ? { ok: false, failure: problems } : { ok: true, value: files };
  }
}

function dynamicOptions(options: JsonObject, before = ""): { option: string; type: string }[] {
  return Object.entries(options).flatMap(([key, value]: [string, Json]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    const { $dynamic: type } = value as JsonObject;
    if (typeof type === "string") return [{ option: `${before}${key}`, type }];
    return dynamicOptions(value as JsonObject, `${before}${key}.`);
  });
}

describe("the target of the tests", () => {
  testTarget(() => ({
    target: new JsonTarget(),
    files: (compiled) => compiled as ReadonlyMap<string, string>,
    needs: ["retries", "timeout", "compute.memory", "compute.timeout", "compute.cpu", "compute.image"],
    check: (files) => {
      for (const text of files.values()) JSON.parse(text);
    },
  }));
});

describe("compile()", () => {
  const declare = (tasks: readonly TaskSketch[]) =>
    pipeline(
      { name: "analytics", tasks: [] },
      {
        id: "src/pipeline.ts#analytics",
        manifest: makeManifest({ tasks, name: "analytics" }),
        root: "/project",
      },
    );

  test("gives what the target makes of the graph, without looking at the functions", () => {
    const files: ReadonlyMap<string, string> = declare([
      { name: "clean", inputs: ["raw"], outputs: ["tidy"], more: { compute: { kind: "local", workers: 2 } } },
      { name: "extract", outputs: ["raw"], more: { retries: 3 } },
    ]).compile(new JsonTarget());
    expect(Object.fromEntries(files)).toEqual({
      "tasks/extract.json":
        '{"id":"src/tasks.ts#extract","name":"extract","options":{"retries":3},"reads":[],"writes":["raw"]}',
      "tasks/clean.json":
        '{"id":"src/tasks.ts#clean","name":"clean","options":{"compute":{"kind":"local","workers":2}},"reads":["raw"],"writes":["tidy"]}',
    });
  });

  test("throws everything that the target cannot express, at the user's call", () => {
    const subject = declare([
      {
        name: "extract",
        outputs: ["raw"],
        more: { retries: { $dynamic: "number" }, timeout: { $dynamic: '"1m" | "5m"' } },
      },
      {
        name: "clean",
        inputs: ["raw"],
        more: { compute: { kind: "serverless", memory: { $dynamic: "512 | 1024" } } },
      },
    ]);
    function userCompile() {
      subject.compile(new JsonTarget());
    }
    expect(userCompile).toThrow(GlacierError);
    try {
      userCompile();
    } catch (error) {
      const { message, stack = "" } = error as GlacierError;
      expect(`\n${message}\n`).toMatchInlineSnapshot(`
        "
        src/tasks.ts:1:1 - GLA6001: Target 'json' needs option 'retries' of task 'extract' to be known when it is compiled, but it is number.
          hint: write a literal
        src/tasks.ts:1:1 - GLA6001: Target 'json' needs option 'timeout' of task 'extract' to be known when it is compiled, but it is "1m" | "5m".
          hint: write a literal
        src/tasks.ts:2:1 - GLA6001: Target 'json' needs option 'compute.memory' of task 'clean' to be known when it is compiled, but it is 512 | 1024.
          hint: write a literal
        "
      `);
      expect(stack.slice(stack.indexOf(message) + message.length)).toMatch(/^\n {4}at userCompile /);
    }
  });

  test("passes an error of the target itself on", () => {
    const trouble = new Error("Internal error: no provider");
    const target = {
      name: "broken",
      compile: () => {
        throw trouble;
      },
    };
    expect(() => declare([{ name: "extract" }]).compile(target)).toThrow(trouble);
  });
});
