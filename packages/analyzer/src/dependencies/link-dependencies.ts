/** The first step of linking: what the pipelines of a project take from other packages and projects. */
import path from "node:path";
import { type Diagnostic, report } from "@glacier-ts/core";
import type { CompilerHost } from "../compiler-host.js";
import type { ElementFacts, FileFacts, PipelineFacts, ResourceElementFacts } from "../model.js";
import { Dependencies } from "./dependencies.js";
import { type FindOtherDataset, otherDatasets } from "./other-datasets.js";
import { type OtherModule, readOtherModule, type Unread } from "./other-module.js";
import { type OtherTask, readOtherTask } from "./other-tasks.js";

export interface LinkedDependencies {
  /** The project's own files; the elements of their pipelines have their final ids. */
  readonly files: readonly FileFacts[];
  /** Sources of other projects; what they are wired with is as the manifest of ours has it. */
  readonly others: readonly FileFacts[];
  readonly datasets: FindOtherDataset;
  /** Where to import the modules of other projects' tasks from, absolute, by their names in the manifest. */
  readonly modules: ReadonlyMap<string, string | undefined>;
  readonly diagnostics: readonly Diagnostic[];
  /** Where manifests of others were looked for, absolute. */
  readonly otherManifests: readonly string[];
}

export function linkDependencies(files: readonly FileFacts[], host: CompilerHost): LinkedDependencies {
  const dependencies = new Dependencies(host);
  const elements = new ElementLinker(host.root, dependencies);
  const own = files
    .filter(({ isOther }) => !isOther)
    .map((file) =>
      file.pipelines.length === 0
        ? file
        : { ...file, pipelines: file.pipelines.map((pipeline) => elements.link(pipeline)) },
    );
  const others = files
    .filter(({ isOther }) => isOther)
    .map((file) => renameCalls(file, dependencies.moduleName(path.resolve(host.root, file.file))));
  const { diagnostics, modules } = elements;
  const reported = new Set(diagnostics.map(({ message }) => message));
  const broken = dependencies
    .unreadable()
    .filter(({ message }) => !reported.has(message))
    .map((diagnostic) => ({ ...diagnostic, location: host.projectLocation }));
  const datasets = otherDatasets(files, dependencies, (file) => path.resolve(host.root, file));
  return {
    files: own,
    others,
    datasets,
    modules,
    diagnostics: [...diagnostics, ...broken],
    otherManifests: dependencies.lookedFor(),
  };
}

/** Puts the tasks and resources of other projects into pipelines. */
class ElementLinker {
  readonly modules = new Map<string, string | undefined>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #root: string;
  readonly #dependencies: Dependencies;
  readonly #tasks = new Map<string, OtherTask | undefined>();
  readonly #causes = new Set<string>();

  constructor(root: string, dependencies: Dependencies) {
    this.#root = root;
    this.#dependencies = dependencies;
  }

  link(pipeline: PipelineFacts): PipelineFacts {
    const isAnyOther = [...pipeline.elements, ...pipeline.resources].some(({ other }) => other);
    if (!isAnyOther) return pipeline;
    const elements = pipeline.elements.flatMap((element) => {
      if (!element.other) return element;
      // The places are those of the first element that lists the task, also where several pipelines do.
      if (!this.#tasks.has(element.id)) this.#tasks.set(element.id, this.#readTask(element, pipeline.name));
      const task = this.#tasks.get(element.id);
      return task ? { ...element, id: task.facts.id, plain: task.facts } : [];
    });
    const resources = pipeline.resources.flatMap((resource) => this.#readResource(resource, pipeline.name));
    return {
      ...pipeline,
      elements,
      isIncomplete: pipeline.isIncomplete || elements.length < pipeline.elements.length,
      resources,
      lacksResources: pipeline.lacksResources || resources.length < pipeline.resources.length,
    };
  }

  #readTask(element: ElementFacts, pipeline: string): OtherTask | undefined {
    const { other, plain, location, text } = element;
    if (!other || !plain) return undefined;
    const found = readOtherTask({ ...element, other, plain }, pipeline, this.#root, this.#dependencies);
    if (!found.ok) return this.#refuse(found.failure);
    const why = this.#take(found.value);
    if (why === undefined) return found.value;
    const details = { element: text, pipeline, why };
    const entry = element.isCheck ? "notACheck" : "notATask";
    return this.#refuse({ diagnostic: report(entry, details, location), cause: element.id });
  }

  #readResource(element: ResourceElementFacts, pipeline: string): ResourceElementFacts | readonly [] {
    const { other, name, location, text } = element;
    if (!other) return element;
    const refusal = (why: string) => {
      const diagnostic = report("notAResource", { element: text, pipeline, why }, location);
      return { diagnostic, cause: element.id };
    };
    const what = `Resource '${name}'`;
    const found = readOtherModule(other, what, location, this.#root, this.#dependencies, refusal);
    const why = found.ok ? this.#take(found.value) : undefined;
    if (!found.ok) this.#refuse(found.failure);
    else if (why !== undefined) this.#refuse(refusal(why));
    else return { ...element, id: `${found.value.module}#${other.exportPath}` };
    return [];
  }

  /** Takes up where a module is imported from; or says why it cannot be. */
  #take({ module, file }: Pick<OtherModule, "module" | "file">): string | undefined {
    if (this.modules.has(module) && this.modules.get(module) !== file) {
      return `another copy of '${module}' is used already: deduplicate the package that it is in`;
    }
    this.modules.set(module, file);
    return undefined;
  }

  #refuse({ diagnostic, cause }: Unread): undefined {
    if (!this.#causes.has(cause)) this.diagnostics.push(diagnostic);
    this.#causes.add(cause);
  }
}

function renameCalls(facts: FileFacts, module: string): FileFacts {
  const calls = facts.calls.map(({ node, wiring }) => ({
    node,
    wiring: wiring && { ...wiring, id: module + wiring.id.slice(wiring.id.lastIndexOf("#")) },
  }));
  return { ...facts, calls };
}
