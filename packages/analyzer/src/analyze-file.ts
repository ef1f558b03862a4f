import { type Diagnostic, report } from "@glacier-ts/core";
import { whileReading } from "./analyzer-crash.js";
import type { CompilerHost, SourceFile } from "./compiler-host.js";
import type { CallSite, DatasetFacts, FileFacts, PipelineFacts, TaskFacts } from "./model.js";
import { coreFunction, isDeclarative } from "./readers/core-call.js";
import { readDatasetCall, readDatasetType } from "./readers/dataset.js";
import { exportsTasks } from "./readers/exported-tasks.js";
import { MarkReader } from "./readers/marks.js";
import { PipelineReader } from "./readers/pipeline.js";
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
    return whileReading(this.#host.path(file), () => this.#read(file));
  }

  #read(file: SourceFile): FileFacts {
    const host = this.#host;
    const tasks: TaskFacts[] = [];
    const datasets: DatasetFacts[] = [];
    const pipelines: PipelineFacts[] = [];
    const calls: CallSite[] = [];
    const diagnostics: Diagnostic[] = [];

    for (const call of host.calls(file)) {
      const called = coreFunction(host, call);
      if (called === undefined || !isDeclarative(called)) continue;
      let wiring: CallSite["wiring"];
      let site = call;
      if (called === "task") {
        const task = this.#tasks.readCall(call);
        if (task) tasks.push(task);
        if (task?.id !== undefined) wiring = { kind: "task", id: task.id };
      } else if (called === "pipeline") {
        const pipeline = this.#pipelines.read(call);
        diagnostics.push(...pipeline.diagnostics);
        if (pipeline.facts) pipelines.push(pipeline.facts);
        if (pipeline.facts?.id !== undefined) wiring = { kind: "pipeline", id: pipeline.facts.id };
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
    for (const declaration of host.typeDeclarations(file)) {
      const dataset = readDatasetType(host, this.#marks, this.#schemas, declaration);
      if (dataset) datasets.push(dataset);
    }
    const isOther = host.origin(file) === "other";
    const outputs = isOther ? undefined : host.outputs(file);
    const declares = tasks.length > 0 || datasets.length > 0 || pipelines.length > 0;
    const isUsable = outputs !== undefined && (declares || exportsTasks(host, this.#tasks, file));
    return {
      file: host.path(file),
      isOther,
      outputs: isUsable ? outputs : undefined,
      tasks,
      datasets,
      pipelines,
      calls,
      diagnostics,
    };
  }
}
