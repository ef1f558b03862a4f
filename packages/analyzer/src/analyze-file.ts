import { type Diagnostic, report } from "@glacier-ts/core";
import { whileReading } from "./analyzer-crash.js";
import type { CompilerHost, Node, SourceFile, TypeDeclaration } from "./compiler-host.js";
import { groupBy } from "./group-by.js";
import type {
  CallSite,
  DatasetFacts,
  FileFacts,
  PartFacts,
  PipelineFacts,
  ResourceFacts,
  TaskFacts,
} from "./model.js";
import { coreFunction, isDeclarative } from "./readers/core-call.js";
import { readDatasetCall, readDatasetType } from "./readers/dataset.js";
import { exportsTasks } from "./readers/exported-tasks.js";
import { MarkReader } from "./readers/marks.js";
import { PipelineReader } from "./readers/pipeline.js";
import { readResourceCall } from "./readers/resource.js";
import { TaskReader } from "./readers/task.js";
import { PayloadSchemas } from "./schema/payload-schema.js";

/** Reads the files of one program. What it remembers of types serves all of them. */
export class FileAnalyzer {
  readonly #host: CompilerHost;
  readonly #marks: MarkReader;
  readonly #schemas: PayloadSchemas;
  readonly #tasks: TaskReader;
  readonly #pipelines: PipelineReader;

  constructor(host: CompilerHost) {
    this.#host = host;
    this.#marks = new MarkReader(host);
    this.#schemas = new PayloadSchemas(host);
    this.#tasks = new TaskReader(host, this.#marks, this.#schemas);
    this.#pipelines = new PipelineReader(host, this.#tasks);
  }

  /**
   * The facts of one file. They hold as long as the file and what it imports stay the same.
   * @throws AnalyzerCrash where Glacier itself is wrong
   */
  analyzeFile(file: SourceFile): FileFacts {
    const host = this.#host;
    return whileReading(host.path(file), () =>
      this.merge(file, [this.#read(host.calls(file), host.typeDeclarations(file))]),
    );
  }

  /**
   * The facts of parts of a file.
   *
   * @param partAt the part that what begins at an offset is in; undefined where it is not to be read
   * @throws AnalyzerCrash where Glacier itself is wrong
   */
  analyzeParts<Part>(
    file: SourceFile,
    partAt: (offset: number) => Part | undefined,
  ): ReadonlyMap<Part | undefined, PartFacts> {
    const host = this.#host;
    return whileReading(host.path(file), () => {
      const partOf = (node: Node) => [partAt(host.location(node).start ?? 0)];
      const calls = groupBy(host.calls(file), partOf);
      const declarations = groupBy(host.typeDeclarations(file), ({ node }) => partOf(node));
      const parts = new Set([...calls.keys(), ...declarations.keys()]);
      parts.delete(undefined);
      return new Map(
        [...parts].map((part) => [part, this.#read(calls.get(part) ?? [], declarations.get(part) ?? [])]),
      );
    });
  }

  /** The facts of a file of whose parts the facts are given. */
  merge(file: SourceFile, parts: readonly PartFacts[]): FileFacts {
    const host = this.#host;
    const facts = mergeParts(parts);
    const isOther = host.origin(file) === "other";
    const { declarations, javascript } = isOther ? {} : host.outputs(file);
    const { tasks, datasets, pipelines, resources } = facts;
    const declares = [tasks, datasets, pipelines, resources].some(({ length }) => length > 0);
    const isUsable = declarations !== undefined && (declares || exportsTasks(host, this.#tasks, file));
    const outputs = isUsable ? { declarations, ...(javascript !== undefined && { javascript }) } : undefined;
    return { file: host.path(file), isOther, outputs, javascript, ...facts };
  }

  #read(candidates: readonly Node[], declarations: readonly TypeDeclaration[]): PartFacts {
    const host = this.#host;
    const tasks: TaskFacts[] = [];
    const datasets: DatasetFacts[] = [];
    const pipelines: PipelineFacts[] = [];
    const resources: ResourceFacts[] = [];
    const calls: CallSite[] = [];
    const diagnostics: Diagnostic[] = [];

    for (const call of candidates) {
      const called = coreFunction(host, call);
      if (called === undefined || !isDeclarative(called)) continue;
      let wiring: CallSite["wiring"];
      let site = call;
      if (called === "task" || called === "check") {
        const task = this.#tasks.readCall(call);
        if (task) tasks.push(task);
        const position = this.#tasks.wiringPosition(call);
        if (task?.id !== undefined) wiring = { kind: "task", id: task.id, position };
      } else if (called === "pipeline") {
        const pipeline = this.#pipelines.read(call);
        diagnostics.push(...pipeline.diagnostics);
        if (pipeline.facts) pipelines.push(pipeline.facts);
        if (pipeline.facts?.id !== undefined)
          wiring = { kind: "pipeline", id: pipeline.facts.id, position: 1 };
      } else if (called === "resource") {
        const resource = readResourceCall(host, call);
        if (resource) resources.push(resource);
      } else if (called === "dataset") {
        const dataset = readDatasetCall(host, this.#schemas, call);
        if (dataset?.kind === "dataset") {
          datasets.push(dataset.facts);
          site = dataset.call;
        } else if (dataset) {
          const details = { what: "dataset", type: dataset.type } as const;
          diagnostics.push(report("dynamicName", details, host.location(dataset.name)));
        }
      }
      calls.push({ node: site, wiring });
      if (site !== call) calls.push({ node: call, wiring: undefined });
    }
    for (const declaration of declarations) {
      const dataset = readDatasetType(host, this.#marks, this.#schemas, declaration);
      if (dataset) datasets.push(dataset);
    }
    return { tasks, datasets, pipelines, resources, calls, diagnostics };
  }
}

function mergeParts(parts: readonly PartFacts[]): PartFacts {
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  return {
    tasks: parts.flatMap(({ tasks }) => tasks),
    datasets: parts.flatMap(({ datasets }) => datasets),
    pipelines: parts.flatMap(({ pipelines }) => pipelines),
    resources: parts.flatMap(({ resources }) => resources),
    calls: parts.flatMap(({ calls }) => calls),
    diagnostics: parts.flatMap(({ diagnostics }) => diagnostics),
  };
}
