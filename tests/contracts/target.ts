/** What every target does. A new target starts from here. */
import type { Diagnostic, Graph, Json, JsonObject, ManifestTask, Target } from "@glacier-ts/core";
import { checkGraph } from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type GraphSketch,
  makeGraph,
  makeManifest,
  type TaskSketch,
  tasksFromLinks,
} from "../core/make-graph.js";
import { graphIn, randomSketches, scrambleKeys } from "../core/random-sketch.js";

/** A task's option, with a `.` before an option of its compute. */
type OptionPath =
  | "retries"
  | "timeout"
  | "tags"
  | "compute.memory"
  | "compute.timeout"
  | "compute.cpu"
  | "compute.image";

export interface TargetRig<Compiled> {
  readonly target: Target<Compiled>;
  /** What would be written: text by path. */
  files(compiled: Compiled): ReadonlyMap<string, string>;
  /** The options that the target writes down, so that they must be known when it compiles. */
  readonly needs: readonly OptionPath[];
  /** Throws when a file is not what its name says, or the files do not fit each other. */
  check?(files: ReadonlyMap<string, string>): void;
}

const options: readonly OptionPath[] = [
  "retries",
  "timeout",
  "tags",
  "compute.memory",
  "compute.timeout",
  "compute.cpu",
  "compute.image",
];

const container = { kind: "container", image: "analytics:1", cpu: 0.5, memory: 2048, timeout: "10m" };
const serverless = { kind: "serverless", memory: 1024, timeout: "5m" };
const references = { kind: "container", image: { $env: "IMAGE" } };
const s3 = { kind: "s3", bucket: "my-bucket", prefix: "raw/" };

const shapes: { readonly [shape: string]: GraphSketch } = {
  "one task without options": { tasks: [{ name: "extract", outputs: ["raw"] }] },
  "a task that produces nothing": { tasks: [{ name: "publish", inputs: ["raw"] }], storage: { raw: s3 } },
  "a chain": { tasks: tasksFromLinks("extract -> clean -> summarise") },
  "a diamond": { tasks: tasksFromLinks("extract -> clean enrich -> join") },
  "parts that are not connected": { tasks: tasksFromLinks("extract -> clean\nwatch -> alert") },
  "every kind of compute": {
    tasks: [
      { name: "extract", outputs: ["raw"], more: { compute: serverless, timeout: "1.5h", retries: 3 } },
      { name: "clean", inputs: ["raw"], outputs: ["tidy"], more: { compute: container, tags: ["nightly"] } },
      { name: "summarise", inputs: ["tidy"], more: { compute: { kind: "local", workers: 4 } } },
      { name: "publish", inputs: ["tidy"], more: { compute: { kind: "serverless" } } },
    ],
  },
  "several outputs, and parameters that may be left out": {
    tasks: [
      { name: "split", inputs: ["raw"], outputs: ["left", "right"] },
      {
        name: "join",
        more: {
          inputs: [
            { parameter: "left", position: 0, dataset: "left", nullable: true },
            { parameter: "rates", position: 2, dataset: "rates", optional: true },
          ],
          context: 1,
        },
        outputs: ["joined"],
      },
    ],
    storage: { raw: s3, joined: { ...s3, prefix: "joined/" } },
  },
  "values that are left to the place of the run": {
    tasks: [{ name: "load", inputs: ["raw"], outputs: ["tidy"], more: { compute: references } }],
    storage: {
      raw: { kind: "s3", bucket: { $env: "BUCKET" }, prefix: { $secret: "PREFIX" } },
      tidy: { kind: "gcs", bucket: { $env: "BUCKET" } },
    },
  },
};

/** Text that means something in Terraform, in shells, in YAML and in JSON. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Terraform's
const oddText = "a: ${var.x} %{ if y } $(z) `z` \"q\" 'q' \\ # & *\n--- {{ w }} <é 漢 \u2028>\t";

export function testTarget(make: () => TargetRig<unknown>): void {
  const compile = (graph: Graph, rig = make()): ReadonlyMap<string, string> => {
    const compiled = rig.target.compile(graph);
    if (!compiled.ok) throw new Error(compiled.failure.map(({ message }) => message).join("\n"));
    const files = rig.files(compiled.value);
    rig.check?.(files);
    return files;
  };
  const failures = ({ target }: TargetRig<unknown>, graph: Graph): readonly Diagnostic[] => {
    const compiled = target.compile(graph);
    return compiled.ok ? [] : compiled.failure;
  };

  test("has a name", () => {
    expect(make().target.name).not.toBe("");
  });

  describe.each(Object.entries(shapes))("%s", (_, sketch) => {
    test("is compiled to files that name each task", () => {
      const files = compile(makeGraph(sketch));
      expect(files.size).toBeGreaterThan(0);
      const all = [...files].flat().join("\n");
      for (const { name } of sketch.tasks) expect(all).toContain(name);
    });

    test("is compiled to paths inside of the folder that they will be written to", () => {
      for (const path of compile(makeGraph(sketch)).keys()) {
        expect(path).not.toMatch(/^$|^\/|^[A-Za-z]:|\\/);
        expect(path.split("/").filter((part) => ["", ".", ".."].includes(part))).toEqual([]);
      }
    });

    test("is left as it was", () => {
      const graph = makeGraph(sketch);
      compile(graph);
      expect(graph).toEqual(makeGraph(sketch));
    });

    test("gives the same files again, whatever the order of the manifest's keys", () => {
      const rig = make();
      const files = [...compile(makeGraph(sketch), rig)];
      expect([...compile(makeGraph(sketch), rig)]).toEqual(files);
      expect([...compile(makeGraph(sketch))]).toEqual(files);
      expect([...compile(makeScrambled(sketch, 5))]).toEqual(files);
    });
  });

  test("the user's text is text, whatever it means in the files' language", () => {
    const more = { doc: oddText, compute: { ...container, image: oddText }, tags: [oddText] };
    compile(makeGraph({ tasks: [{ name: "extract", outputs: ["raw"], more }] }));
  });

  describe("an option that is not known", () => {
    const withDynamic = (name: string, paths: readonly OptionPath[]): TaskSketch => ({
      name,
      outputs: [`${name}_data`],
      more: paths.reduce(makeDynamic, { compute: container, retries: 1, timeout: "1m", tags: ["nightly"] }),
    });
    const message = (task: string, option: OptionPath, target: string) =>
      `Target '${target}' needs option '${option}' of task '${task}' to be known when it is compiled, but it is number.`;

    test.each(options)("%s is reported where the target needs it, at its task", (option) => {
      const rig = make();
      const found = failures(rig, makeGraph({ tasks: [withDynamic("extract", [option])] }));
      const expected = {
        code: "GLA6001",
        severity: "error",
        message: message("extract", option, rig.target.name),
        hint: "write a literal",
        location: { file: "src/tasks.ts", line: 1, column: 1 },
        related: [],
      };
      expect(found).toEqual(rig.needs.includes(option) ? [expected] : []);
    });

    test("is reported with all others", () => {
      const rig = make();
      const names = ["extract", "watch"];
      const tasks = [...names.map((name) => withDynamic(name, options)), withDynamic("known", [])];
      const expected = names.flatMap((name) =>
        rig.needs.map((option) => message(name, option, rig.target.name)),
      );
      const found = failures(rig, makeGraph({ tasks }));
      expect(found.map((diagnostic) => diagnostic.message).toSorted()).toEqual(expected.toSorted());
    });
  });

  describe("random graphs", () => {
    test("are compiled, to the same files each time", () => {
      fc.assert(
        fc.property(randomSketches({ acyclic: true }), fc.nat(), (tasks, seed) => {
          const files = [...compile(makeGraph({ tasks }))];
          expect([...compile(makeScrambled({ tasks }, seed))]).toEqual(files);
        }),
        { numRuns: 50 },
      );
    });
  });

  test("a chain of 1,000 tasks is compiled", () => {
    const tasks = Array.from({ length: 1_000 }, (_, n) => ({
      name: `t${n}`,
      inputs: n === 0 ? [] : [`d${n - 1}`],
      outputs: [`d${n}`],
    }));
    expect(compile(makeGraph({ tasks })).size).toBeGreaterThan(0);
  });
}

/** The graph of the same manifest with its keys in another order. */
function makeScrambled(sketch: GraphSketch, seed: number): Graph {
  const checked = checkGraph(graphIn(scrambleKeys(makeManifest(sketch), seed)));
  if (!checked.ok) throw new Error("Internal error: the same graph, but not valid");
  return checked.value;
}

function makeDynamic(task: Partial<ManifestTask>, path: OptionPath): Partial<ManifestTask> {
  const dynamic: Json = { $dynamic: "number" };
  const [option = "", inner] = path.split(".");
  const value = inner === undefined ? dynamic : { ...(task.compute as JsonObject), [inner]: dynamic };
  return { ...task, [option]: value };
}
