import { hash } from "node:crypto";
import path from "node:path";
import {
  connectTasks,
  isJsonObject,
  type Json,
  type JsonObject,
  type Location,
  type Manifest,
  type ManifestDataset,
  type ManifestInjected,
  type ManifestParam,
  type ManifestPipeline,
  type ManifestStorage,
  type ManifestTask,
  type ManifestValidator,
  manifestVersion,
  sortKeys,
} from "@glacier-ts/core";
import type { CompilerHost } from "./compiler-host.js";
import type { LinkedDataset } from "./datasets.js";
import { isTexts } from "./dependencies/other-datasets.js";
import type {
  DatasetFacts,
  ElementFacts,
  FileFacts,
  InjectedFacts,
  PipelineFacts,
  TaskFacts,
} from "./model.js";

/** Makes the manifest. What a diagnostic was reported for may be missing in it. */
export function emitManifest(
  host: Pick<CompilerHost, "root" | "manifestFile">,
  files: readonly FileFacts[],
  tasks: ReadonlyMap<string, TaskFacts>,
  datasets: readonly LinkedDataset[],
  pipelines: readonly PipelineFacts[],
): Manifest {
  const schemas = new SchemaTable();
  const javascript = new Map(files.map((file) => [file.file, file.javascript]));
  const described = new Map<string, ManifestDataset>();
  const schemaOf = new Map<string, string>();
  for (const dataset of datasets) {
    const schema = schemas.reference(dataset.schemaMention?.schema.schema ?? {});
    schemaOf.set(dataset.name, schema);
    described.set(dataset.name, { schema, ...describeDataset(dataset, javascript) });
  }
  const manifestTasks = new Map<string, ManifestTask>();
  for (const [id, task] of tasks) manifestTasks.set(id, emitTask(task, schemas, schemaOf));

  const manifestPipelines: Record<string, ManifestPipeline> = {};
  for (const pipeline of pipelines) {
    if (pipeline.id !== undefined) {
      manifestPipelines[pipeline.id] = emitPipeline(pipeline, manifestTasks, described, tasks);
    }
  }
  return {
    version: manifestVersion,
    datasets: Object.fromEntries(described),
    tasks: Object.fromEntries(manifestTasks),
    pipelines: manifestPipelines,
    schemas: schemas.schemas,
    ...emitModules(files, host),
  };
}

/** What other packages and projects need to find the project's modules. */
function emitModules(
  files: readonly FileFacts[],
  host: Pick<CompilerHost, "root" | "manifestFile">,
): Pick<Manifest, "modules" | "root"> {
  const modules = files.flatMap(({ file, outputs }) => (outputs ? [[file, outputs] as const] : []));
  if (modules.length === 0) return {};
  const root = path.relative(path.dirname(host.manifestFile), host.root).split(path.sep).join("/");
  return { modules: Object.fromEntries(modules), ...(root !== "" && { root }) };
}

/** Schemas are kept once, under the hash of their text. */
class SchemaTable {
  readonly schemas: Record<string, JsonObject> = {};

  reference(schema: JsonObject): string {
    const { name, sorted } = named.get(schema) ?? nameSchema(schema);
    this.schemas[name] = sorted;
    return `#/schemas/${name}`;
  }
}

interface NamedSchema {
  readonly name: string;
  readonly sorted: JsonObject;
}

/** In an editor the same schemas are linked again and again. */
const named = new WeakMap<JsonObject, NamedSchema>();

function nameSchema(schema: JsonObject): NamedSchema {
  const sorted = sortKeys(schema);
  const made = { name: hash("sha256", JSON.stringify(sorted)).slice(0, 16), sorted };
  named.set(schema, made);
  return made;
}

/** @param javascript of the project's files */
function describeDataset(
  dataset: LinkedDataset,
  javascript: ReadonlyMap<string, string | undefined>,
): Omit<ManifestDataset, "schema"> {
  const own = dataset.declarations.find((declaration) => declaration.form === "value");
  const [other] = dataset.others;
  const { storage, format, compression, onInvalid, partitionBy } = own?.options.value ?? other ?? {};
  const validator = own ? emitValidator(own, javascript) : other?.validator;
  const isOurs = dataset.declarations.length > 0 || other === undefined;
  const doc = dataset.doc ?? other?.doc;
  return {
    ...(isJsonObject(storage) && { storage: storage as ManifestStorage }),
    ...(typeof format === "string" && { format }),
    ...(typeof compression === "string" && { compression }),
    ...(onInvalid !== undefined && { onInvalid: onInvalid as ManifestDataset["onInvalid"] & {} }),
    ...(validator && { validator }),
    ...(isTexts(partitionBy) && { partitionBy }),
    declared: isOurs ? declaredAt(dataset.location) : other.declared,
    ...(doc !== undefined && { doc }),
  };
}

function emitValidator(
  { validator, location }: DatasetFacts,
  javascript: ReadonlyMap<string, string | undefined>,
): ManifestValidator | undefined {
  if (validator?.id === undefined) return undefined;
  const file = javascript.get(location.file);
  return { id: validator.id, ...(file !== undefined && { file }) };
}

function emitTask(
  task: TaskFacts,
  schemas: SchemaTable,
  schemaOf: ReadonlyMap<string, string>,
): ManifestTask {
  const inputs = task.parameters.flatMap((parameter) => {
    const [mention] = parameter.datasets;
    if (mention?.name === undefined) return [];
    const schema = schemas.reference(mention.schema.schema);
    return {
      parameter: parameter.name,
      position: parameter.position,
      dataset: mention.name,
      ...(parameter.isOptional && { optional: true as const }),
      ...(parameter.isNullable && { nullable: true as const }),
      ...(schema !== schemaOf.get(mention.name) && { schema }),
    };
  });
  const outputs = task.returned.outputs.flatMap(({ mention, path, isNullable }) => {
    if (mention.name === undefined) return [];
    return {
      dataset: mention.name,
      path,
      ...(isNullable && { nullable: true as const }),
      ...(mention.schema.isStream && { stream: true as const }),
    };
  });
  const context = task.parameters.find((parameter) => parameter.isContext);
  const params = injectedParameters(task, "param");
  const secrets = injectedParameters(task, "secret");
  const resources = injectedParameters(task, "resource");
  const { compute, retries, timeout, tags, cache, severity } = task.options.value;
  const options: Record<string, Json | undefined> = { compute, retries, timeout, tags, cache };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return {
    name: task.name,
    inputs,
    outputs,
    ...(context && { context: context.position }),
    ...(params.length > 0 && { params }),
    ...(secrets.length > 0 && { secrets }),
    ...(resources.length > 0 && { resources }),
    ...(task.check?.name !== undefined && {
      check: { name: task.check.name, severity: severity === "warn" ? "warn" : "error" },
    }),
    ...Object.fromEntries(given),
    declared: task.declared ?? declaredAt(task.location),
    ...(task.doc !== undefined && { doc: task.doc }),
  };
}

function injectedParameters(task: TaskFacts, kind: InjectedFacts["kind"]): readonly ManifestInjected[] {
  return task.parameters.flatMap(({ injected, position, isOptional }) =>
    injected?.kind === kind && injected.name !== undefined
      ? { position, name: injected.name, ...(isOptional && { optional: true as const }) }
      : [],
  );
}

/** What a run of the tasks must, or can, be given. */
function emitInjected(tasks: readonly TaskFacts[]): Pick<ManifestPipeline, "params" | "secrets"> {
  const params = new Map<string, ManifestParam>();
  const secrets = new Set<string>();
  for (const { injected, isOptional } of tasks.flatMap((task) => task.parameters)) {
    if (injected?.name === undefined) continue;
    if (injected.kind === "secret") secrets.add(injected.name);
    else if (injected.kind === "param") {
      const before = params.get(injected.name);
      const isAlwaysOptional = isOptional && (before === undefined || before.optional === true);
      params.set(injected.name, {
        schema: before?.schema ?? injected.schema,
        ...(isAlwaysOptional && { optional: true as const }),
      });
    }
  }
  return {
    ...(params.size > 0 && { params: Object.fromEntries(params) }),
    ...(secrets.size > 0 && { secrets: [...secrets].sort() }),
  };
}

function emitPipeline(
  pipeline: PipelineFacts,
  tasks: ReadonlyMap<string, ManifestTask>,
  datasets: ReadonlyMap<string, ManifestDataset>,
  facts: ReadonlyMap<string, TaskFacts>,
): ManifestPipeline {
  const elements = pipeline.elements.filter((element) => tasks.has(element.id));
  const members = new Map(elements.map(({ id }) => [id, tasks.get(id) as ManifestTask]));
  const element = ({ id, key }: ElementFacts) => ({ task: id, ...(key !== undefined && { key }) });
  const checks = elements.filter(({ isCheck }) => isCheck);
  const produced = new Set(
    [...members.values()].flatMap((task) => task.outputs.map((output) => output.dataset)),
  );
  const read = new Set([...members.values()].flatMap((task) => task.inputs.map((input) => input.dataset)));
  return {
    name: pipeline.name,
    tasks: elements.filter(({ isCheck }) => !isCheck).map(element),
    ...(checks.length > 0 && { checks: checks.map(element) }),
    edges: connectTasks(members),
    external: [...read].filter((name) => !produced.has(name) && datasets.get(name)?.storage).sort(),
    ...emitInjected(elements.flatMap(({ id }) => facts.get(id) ?? [])),
    ...(pipeline.resources.length > 0 && {
      resources: pipeline.resources.map(({ name, id }) => ({ name, id })),
    }),
    declared: declaredAt(pipeline.location),
    ...(pipeline.doc !== undefined && { doc: pipeline.doc }),
  };
}

function declaredAt(location: Location): string {
  return `${location.file}:${location.line}`;
}
