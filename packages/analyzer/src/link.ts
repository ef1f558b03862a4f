import {
  buildGraph,
  checkGraph,
  codeOf,
  type Diagnostic,
  type GraphPlace,
  type GraphProblem,
  type Location,
  locateProblem,
  type Manifest,
  pipelineId,
  type UncheckedGraph,
} from "@glacier-ts/core";
import { whileReading } from "./analyzer-crash.js";
import type { CompilerHost } from "./compiler-host.js";
import { compareLocations, datasetsOf, type LinkedDataset, linkDatasets } from "./datasets.js";
import { linkDependencies } from "./dependencies/link-dependencies.js";
import { emitManifest } from "./emit-manifest.js";
import type { FileFacts, InjectedFacts, PipelineFacts, TaskFacts } from "./model.js";
import { Remembered } from "./remembered.js";
import { withoutOtherFunctions } from "./rules/elements.js";
import { datasetRules, pipelineRules, projectRules, resourceRules, taskRules } from "./rules.js";
import { PayloadComparer } from "./schema/payload-comparer.js";

export interface Linked {
  /** The facts with their final ids. */
  readonly files: readonly FileFacts[];
  /** Where to import the modules of other projects' tasks from, absolute, by their names in the manifest. */
  readonly otherModules: ReadonlyMap<string, string | undefined>;
  /** Where the manifests of other projects were looked for, absolute. */
  readonly otherManifests: readonly string[];
  /** Complete only when no diagnostic is an error. */
  readonly manifest: Manifest;
  /** By file and position. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Brings the facts of all files together: the manifest, and every diagnostic. Apart from the facts it depends on the
 * compiler for one question only: whether one payload is assignable to another.
 */
export function link(
  all: readonly FileFacts[],
  host: CompilerHost,
  payloads: PayloadComparer = new PayloadComparer(host),
): Linked {
  const { files, ...dependencies } = linkDependencies(all, host);
  const declared = files
    .flatMap((file) => file.pipelines)
    .sort((a, b) => compareLocations(a.location, b.location));
  const tasks = collectTasks(files, declared);
  const { pipelines, diagnostics: otherFunctions } = withoutOtherFunctions(declared, tasks);
  const unexported = files.flatMap((file) => file.tasks).filter((task) => task.id === undefined);
  const datasets = linkDatasets(files, tasks.values(), payloads, dependencies.datasets);
  const datasetsByName = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const project = {
    location: host.projectLocation,
    strictNullChecks: host.strictNullChecks,
    tasks: [...tasks.values(), ...unexported],
    datasets,
    pipelines,
  };

  const diagnostics = [
    ...files.flatMap((file) => file.diagnostics),
    ...dependencies.diagnostics,
    ...otherFunctions,
    ...project.tasks.flatMap(checkTask),
    ...pipelines.flatMap((pipeline) => pipelineRules.flatMap((rule) => rule(pipeline))),
    ...files
      .flatMap((file) => file.resources)
      .flatMap((resource) => resourceRules.flatMap((rule) => rule(resource))),
    ...datasets.flatMap((dataset) => checkDataset(dataset, payloads)),
    ...projectRules.flatMap((rule) => rule(project)),
    ...pipelines.flatMap((pipeline) => checkPipeline(host, pipeline, tasks, datasetsByName)),
  ];
  let manifest: Manifest | undefined;
  return {
    files: [...files, ...dependencies.others],
    get manifest() {
      manifest ??= whileReading("the project", () => emitManifest(host, files, tasks, datasets, pipelines));
      return manifest;
    },
    diagnostics: diagnostics.sort(compareDiagnostics),
    otherModules: dependencies.modules,
    otherManifests: dependencies.otherManifests,
  };
}

const checkedTasks = new Remembered<TaskFacts, readonly Diagnostic[]>();
const checkedDatasets = new Remembered<LinkedDataset, readonly Diagnostic[]>();
const mentionedNames = new Remembered<PipelineFacts, readonly string[]>();
const checkedGraphs = new Remembered<PipelineFacts, readonly Diagnostic[]>();

function checkTask(task: TaskFacts): readonly Diagnostic[] {
  return checkedTasks.get(task, [], () => taskRules.flatMap((rule) => rule(task)));
}

/** What was said of the payloads of a dataset holds for as long as its mentions are the same. */
function checkDataset(dataset: LinkedDataset, payloads: PayloadComparer): readonly Diagnostic[] {
  return checkedDatasets.get(dataset, [], () => datasetRules.flatMap((rule) => rule(dataset, payloads)));
}

/** Tasks by id: those in `task()`, and the functions that pipelines list. */
function collectTasks(
  files: readonly FileFacts[],
  pipelines: readonly PipelineFacts[],
): ReadonlyMap<string, TaskFacts> {
  const listed = pipelines.flatMap((pipeline) => pipeline.elements).flatMap((element) => element.plain ?? []);
  const tasks = new Map<string, TaskFacts>();
  for (const task of [...files.flatMap((file) => file.tasks), ...listed]) {
    if (task.id !== undefined && !tasks.has(task.id)) tasks.set(task.id, task);
  }
  return tasks;
}

/** Checks the graph of a pipeline, built from a manifest of what is in it. */
function checkPipeline(
  host: CompilerHost,
  pipeline: PipelineFacts,
  tasks: ReadonlyMap<string, TaskFacts>,
  datasets: ReadonlyMap<string, LinkedDataset>,
): readonly Diagnostic[] {
  const { id } = pipeline;
  if (id === undefined) return [];
  const members = new Map<string, TaskFacts>();
  for (const element of pipeline.elements) {
    const task = tasks.get(element.id);
    if (task) members.set(element.id, task);
  }
  const parts = [...members.values()];
  const names = mentionedNames.get(pipeline, parts, () => [...new Set(parts.flatMap(datasetsOf))]);
  const mentioned = names.flatMap((name) => datasets.get(name) ?? []);
  return checkedGraphs.get(pipeline, [...parts, ...mentioned], () => {
    const manifest = emitManifest(host, [], members, mentioned, [pipeline]);
    return graphDiagnostics(buildGraph(manifest, pipelineId(id)), pipeline, members);
  });
}

function graphDiagnostics(
  graph: UncheckedGraph,
  pipeline: PipelineFacts,
  tasks: ReadonlyMap<string, TaskFacts>,
): readonly Diagnostic[] {
  const checked = checkGraph(graph);
  if (checked.ok) return [];
  const elements = pipeline.elements.filter((element) => tasks.has(element.id));
  // Where a task of the pipeline could not be read, what it produces is unknown: that was reported, and is the cause.
  const isUnknown = pipeline.isIncomplete || elements.some(({ id }) => !isReadable(tasks.get(id)));
  const consequences = [codeOf("missingProducer"), codeOf("emptyPipeline")];
  const isCause = ({ diagnostic: { code } }: GraphProblem) =>
    !(isUnknown && consequences.includes(code)) &&
    !(pipeline.lacksResources && code === codeOf("missingResource"));

  const locate = (place: GraphPlace): Location => {
    switch (place.kind) {
      case "pipeline":
        return pipeline.location;
      case "element":
        return elements[place.position]?.location ?? pipeline.location;
      case "task":
        return tasks.get(place.task)?.location ?? pipeline.location;
      case "output":
        return tasks.get(place.task)?.returned.location ?? pipeline.location;
      case "input": {
        const reads = (name: string | undefined) => name === place.dataset;
        const parameters = tasks.get(place.task)?.parameters ?? [];
        const parameter = parameters.find(({ datasets }) => datasets.some((dataset) => reads(dataset.name)));
        return parameter?.location ?? pipeline.location;
      }
      case "resource": {
        const takes = (injected: InjectedFacts | undefined) =>
          injected?.kind === "resource" && injected.name === place.resource;
        const parameter = tasks.get(place.task)?.parameters.find(({ injected }) => takes(injected));
        return parameter?.location ?? pipeline.location;
      }
      default:
        return place satisfies never;
    }
  };
  return checked.failure.filter(isCause).map((problem) => locateProblem(problem, locate));
}

function isReadable(task: TaskFacts | undefined): boolean {
  return task?.signatureCount === 1 && task.typeParameters === "" && task.returned.problems.length === 0;
}

function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  const none = { file: "", line: 0, column: 0 };
  return (
    compareLocations(a.location ?? none, b.location ?? none) ||
    (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
  );
}
