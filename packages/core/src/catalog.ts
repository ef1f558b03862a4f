/**
 * Every diagnostic of Glacier: 1xxx declarations, 2xxx types, 3xxx graph, 4xxx manifest and project, 5xxx run,
 * 6xxx compile. A number is never used again. `docs/diagnostics.md` is generated from this list.
 */
import type { Diagnostic, DiagnosticCode, Location, RelatedInformation, Severity } from "./diagnostic.js";
import { isJsonObject, type Json } from "./json.js";

/** One kind of diagnostic. */
export interface CatalogEntry<Arguments> {
  /** Four digits. */
  readonly number: number;
  readonly severity: Severity;
  readonly message: (details: Arguments) => string;
  readonly hint?: (details: Arguments) => string | undefined;
  /** Why it is reported, for the documentation. */
  readonly explanation: string;
}

function error<Arguments>(
  number: number,
  message: (details: Arguments) => string,
  explanation: string,
  hint?: (details: Arguments) => string | undefined,
): CatalogEntry<Arguments> {
  return { number, severity: "error", message, explanation, ...(hint && { hint }) };
}

function warning<Arguments>(...entry: Parameters<typeof error<Arguments>>): CatalogEntry<Arguments> {
  return { ...error(...entry), severity: "warning" };
}

const didYouMean = (details: { suggestion?: string | undefined }) =>
  details.suggestion === undefined ? undefined : `did you mean '${details.suggestion}'?`;

export const catalog = {
  // 1xxx declarations
  notExported: error(
    1001,
    (d: { call: "task" | "check" | "pipeline" | "dataset" }) =>
      `${d.call}()${d.call === "dataset" ? " with a schema" : ""} must be the value of an exported const at the top of a module.`,
    "A worker, a container or a bundle finds a task by its module and export, and a run finds the schema of a dataset so. What is made in a function, in a loop or inside of another expression has neither.",
    (d) =>
      d.call === "task"
        ? "write `export const name = task(…)`; options can be shared, the call cannot"
        : `write \`export const name = ${d.call}(…)${d.call === "dataset" ? ".of<…>()" : ""}\``,
  ),
  overloadedTask: error(
    1002,
    (d: { task: string; found: number }) =>
      `Task '${d.task}' must have exactly one call signature, but has ${d.found}.`,
    "The signature is the wiring: with overloads there is no telling which one is meant.",
    () => "wrap the function in one that has the signature that is meant",
  ),
  genericTask: error(
    1003,
    (d: { task: string; parameters: string }) =>
      `Task '${d.task}' must not be generic, but has ${d.parameters}.`,
    "A type parameter has no value, so neither the dataset nor its schema is known.",
    () => "write the dataset types in the signature",
  ),
  restParameter: error(
    1004,
    (d: { task: string; parameter: string }) =>
      `Task '${d.task}' must not have a rest parameter, but has '...${d.parameter}'.`,
    "Each input is one parameter, so the number of inputs must be known.",
    () => "name each dataset as a parameter of its own",
  ),
  unmarkedParameter: error(
    1005,
    (d: { task: string; parameter: string; type: string; isOptional: boolean }) =>
      `Parameter '${d.parameter}' of task '${d.task}' is ${d.type}, which is no dataset.`,
    "Every parameter of a task is a dataset or another injected type (`TaskContext`, `Param`, `Secret`, `Resource`), or is optional and has nothing to do with datasets. Mapped types such as `Readonly<RawUsers>`, `Partial` and `Pick` make a new type and lose the dataset's name; a dataset in an object, an array or a promise is no dataset.",
    (d) =>
      `use the dataset type itself (mapped types such as Readonly<…> lose its name)${d.isOptional ? "" : ", or make it optional"}`,
  ),
  ambiguousParameter: error(
    1006,
    (d: { task: string; parameter: string; datasets: readonly string[] }) =>
      `Parameter '${d.parameter}' of task '${d.task}' must be one dataset, but may be ${list(d.datasets, "or")}.`,
    "An edge leads from one dataset to one parameter.",
    () => "use one parameter for each dataset and make them optional",
  ),
  badName: error(
    1007,
    (d: { what: "dataset" | "pipeline" | "check" | "parameter" | "secret" | "resource"; name: string }) =>
      `'${d.name}' cannot be the name of a ${d.what}.`,
    "Names become file names, object keys and resource names.",
    () => "use letters, digits, '_', '.' and '-', at most 128, not starting with '.' or '-'",
  ),
  dynamicName: error(
    1008,
    (d: { what: "dataset" | "pipeline" | "check" | "parameter" | "secret" | "resource"; type: string }) =>
      `The name of a ${d.what} must be a string literal, but is ${d.type}.`,
    "The graph is known when the project is compiled, so the names in it are too.",
  ),
  dynamicOption: error(
    1009,
    (d: { owner: string; option: string; type: string }) =>
      `Option '${d.option}' of ${d.owner} must be known when the project is compiled, but is ${d.type}.`,
    "The storage of a dataset goes into the manifest, which is written without running the project.",
    () => 'write a literal, or `env("NAME")` for a value that is known only where the pipeline runs',
  ),
  invalidOption: error(
    1010,
    (d: { owner: string; option: string; found: string; expected: string }) =>
      `Option '${d.option}' of ${d.owner} must be ${d.expected}, but is ${d.found}.`,
    "The type of an option cannot say everything about its value.",
  ),
  notATask: error(
    1011,
    (d: { element: string; pipeline: string; why: string }) =>
      `'${d.element}' is not a task of pipeline '${d.pipeline}': ${d.why}.`,
    "An element of `tasks` is an exported function that reads or produces a dataset.",
  ),
  unreadableTasks: error(
    1012,
    (d: { pipeline: string; found: string }) =>
      `'tasks' of pipeline '${d.pipeline}' must be an array, an object or a module whose elements are known when the project is compiled, but is ${d.found}.`,
    "The graph is made when the project is compiled, so the compiler has to see which tasks are in it.",
    () => "list the tasks: `tasks: [extract, clean]`, or `import * as tasks` and `tasks`",
  ),
  unreadablePipeline: error(
    1013,
    (d: { found: string }) => `pipeline() must be given an object literal, but is given ${d.found}.`,
    "The graph is made when the project is compiled, so the compiler has to see which tasks are in it.",
    () => "write `pipeline({ name, tasks: […] })`",
  ),
  strictNullChecks: error(
    1014,
    (_: {}) => "Glacier needs the compiler option 'strictNullChecks' (part of 'strict').",
    "Without it the compiler forgets `null`, so a task that may produce nothing looks like one that always does.",
    () => 'set "strict": true in the tsconfig',
  ),
  twoCores: error(
    1015,
    (d: { first: string; second: string }) =>
      `Two copies of @glacier-ts/core are in this project: '${d.first}' and '${d.second}'.`,
    "A dataset of one copy is another type than the dataset of the same name of the other copy, so edges between them are lost.",
    () => "make the packages agree on one version and deduplicate (`npm ls @glacier-ts/core`)",
  ),
  conflictingDataset: error(
    1016,
    (d: { dataset: string }) => `Dataset '${d.dataset}' is declared twice with different options.`,
    "Where a dataset lives is said once, in its declaration.",
    () => "keep one `dataset(…)` and import it, or give the other one another name",
  ),
  thisParameter: error(
    1017,
    (d: { task: string; type: string }) =>
      `Task '${d.task}' must not need a 'this', but has the parameter 'this: ${d.type}'.`,
    "Tasks are called as functions, not as methods, so `this` is undefined, and a dataset in its place is no input.",
    () => "make it a parameter of its own",
  ),
  notAResource: error(
    1018,
    (d: { element: string; pipeline: string; why: string }) =>
      `'${d.element}' is no resource of pipeline '${d.pipeline}': ${d.why}.`,
    "`resources` is an array of exported constants that `resource()` has made, so that `glacier run` finds them by module and export.",
    () => "write `export const Db = resource(…)` and `resources: [Db]`",
  ),
  notACheck: error(
    1019,
    (d: { element: string; pipeline: string; why: string }) =>
      `'${d.element}' is no check of pipeline '${d.pipeline}': ${d.why}.`,
    "`checks` is an array of exported constants that `check()` has made: a check has a name, by which its results are kept.",
    () => 'write `export const isSorted = check("is_sorted", …)` and `checks: [isSorted]`',
  ),
  duplicateCheckName: error(
    1020,
    (d: { name: string; pipeline: string }) =>
      `Two checks of pipeline '${d.pipeline}' have the name '${d.name}'.`,
    "The results of a check are kept and compared by its name.",
    () => "give one of them another name",
  ),

  // 2xxx types
  outputLost: error(
    2001,
    (d: { task: string; type: string }) =>
      `Task '${d.task}' returns ${d.type}, which does not say its dataset.`,
    "`map`, `filter`, spread and object literals make plain values. Without a return type the task would silently lose its place in the graph.",
    () => "write the return type: `(users: RawUsers): CleanUsers => …`",
  ),
  outputUnion: error(
    2002,
    (d: { task: string; datasets: readonly string[] }) =>
      `Task '${d.task}' returns ${list(d.datasets, "or")}, which cannot be told apart when it runs.`,
    "Datasets exist in types only, so the value does not say which one it is.",
    (d) => `return an object: \`{ ${d.datasets.map((name) => `${property(name)}: … | null`).join("; ")} }\``,
  ),
  outputMixed: error(
    2003,
    (d: { task: string; dataset: string; type: string }) =>
      `Task '${d.task}' returns dataset '${d.dataset}' or ${d.type}; only null can stand beside a dataset.`,
    "A task that may produce nothing returns `X | null`.",
    () => "return null where nothing is produced",
  ),
  outputTwice: error(
    2004,
    (d: { task: string; dataset: string }) =>
      `Task '${d.task}' returns dataset '${d.dataset}' more than once.`,
    "A dataset has one producer and one place in its value.",
  ),
  streamOfDatasets: error(
    2005,
    (d: { owner: string; type: string }) =>
      `${d.owner} is ${d.type}, an iterable of datasets; a stream is a dataset of an iterable.`,
    "The dataset is the stream, not each of its elements.",
    () => 'write `Dataset<"name", AsyncIterable<Row>>`',
  ),
  unserialisable: error(
    2006,
    (d: { dataset: string; path: string; type: string; why: string }) =>
      `Dataset '${d.dataset}' cannot be stored: ${d.path === "" ? "its payload" : `'${d.path}'`} is ${d.type}, ${d.why}.`,
    "Datasets are stored, sent to workers and validated, so a payload is data: JSON, and Date, bigint, Uint8Array, Map and Set.",
    () => "keep the data and leave the behaviour in functions",
  ),
  payloadMismatch: error(
    2007,
    (d: { dataset: string; path: string; produced: string; expected: string }) =>
      `Dataset '${d.dataset}' is produced as ${d.produced} but read as ${d.expected}${d.path === "" ? "" : ` at '${d.path}'`}.`,
    "Types with one dataset name must fit: what is produced must be assignable to what each consumer reads. A consumer may name fewer properties.",
    () => "share one dataset type, or give the other one another name",
  ),
  outputUnknown: error(
    2008,
    (d: { task: string; type: string }) =>
      `Task '${d.task}' returns ${d.type}, so its datasets cannot be known.`,
    "`any`, `unknown` and `never` carry no dataset. `never` also comes of a dataset inside of another dataset's mark.",
    () => "write the return type",
  ),
  paramMismatch: error(
    2009,
    (d: { param: string; first: string; second: string }) =>
      `Parameter '${d.param}' is ${d.second} here, but ${d.first} in another task of the pipeline.`,
    "A run parameter has one value in a run, so it has one type in a pipeline.",
    () => "share one `Param` type, or give the other one another name",
  ),
  ambiguousPayload: error(
    2020,
    (d: { dataset: string; path: string; left: string; right: string }) =>
      `Dataset '${d.dataset}' cannot be read back: ${d.path === "" ? "its payload" : `'${d.path}'`} may be ${d.left} or ${d.right}, which look alike in storage.`,
    "Dates and bytes are stored as text, bigints as numbers, Maps and Sets as arrays. Beside a type that is stored in the same way a value would come back as something else.",
    () =>
      'use one of the two, or objects with a property that tells them apart, such as `{ kind: "day"; … }`',
  ),
  invalidTag: error(
    2021,
    (d: { tag: string; of: string; found: string; expected: string }) =>
      `'@${d.tag}' of '${d.of}' must be ${d.expected}, but is ${d.found === "" ? "empty" : `'${d.found}'`}.`,
    "Tags in the doc comments of a payload's types are constraints of its schema: `@minimum 0`, `@pattern ^[a-z]+$`, `@format email`.",
  ),
  misplacedTag: error(
    2022,
    (d: { tag: string; of: string; type: string; element?: string | undefined }) =>
      `'@${d.tag}' of '${d.of}' does not apply to ${d.type}.`,
    "Tags in doc comments that constrain a type belong to one kind of it: `@minimum` to numbers, `@minLength` to texts, `@minItems` to arrays, `@minProperties` to objects. A literal has one value, so there is nothing to constrain.",
    (d) =>
      d.element === undefined
        ? undefined
        : `for the elements put it on an alias of their type: \`/** @${d.tag} … */ type Element = ${d.element}\``,
  ),
  formatCannotHold: error(
    2023,
    (d: {
      dataset: string;
      format: string;
      path: string;
      found: string;
      holds: string;
      others: readonly string[];
    }) =>
      `Dataset '${d.dataset}' cannot be kept as ${d.format}: ${d.path === "" ? "its payload" : `'${d.path}'`} is ${d.found}, and ${d.holds}.`,
    "Formats differ in what they hold: a CSV cell one plain value, a Parquet or Arrow column values of one type. A dataset that is only read may have columns that are not known.",
    (d) => (d.others.length === 0 ? undefined : `formats that can hold it: ${d.others.join(", ")}`),
  ),
  storageMismatch: error(
    2024,
    (d: { dataset: string; why: string }) => `Dataset '${d.dataset}' does not fit its storage: ${d.why}.`,
    "Tables have no format, some storage is only read, and not every format can be compressed in every way.",
  ),
  partitionColumn: error(
    2025,
    (d: { dataset: string; column: string | undefined; why: string }) =>
      `Dataset '${d.dataset}' cannot be divided${d.column === undefined ? "" : ` by '${d.column}'`}: ${d.why}.`,
    "`partitionBy` names columns that every row has. Their values become the names of folders, so they are strings, numbers or booleans.",
  ),
  checkReadsNothing: error(
    2026,
    (d: { check: string }) => `Check '${d.check}' reads no dataset.`,
    "A check is run after what it looks at was made, and before anything else reads it: one of its parameters says what that is.",
    () => "take the dataset as a parameter: `check(name, (users: CleanUsers) => …)`",
  ),
  checkReturnsDataset: error(
    2027,
    (d: { check: string }) =>
      `Check '${d.check}' returns a dataset, but a check returns a boolean or a CheckResult.`,
    "A check says whether data is good; it makes none.",
    () => "make the dataset in a task, and check it",
  ),

  // 3xxx graph
  cycle: error(
    3001,
    (d: { tasks: readonly string[] }) => `Tasks depend on each other in a cycle: ${chain(d.tasks)}.`,
    "Each task in a cycle waits for another one, so none could start.",
  ),
  missingProducer: error(
    3002,
    (d: { dataset: string; task: string; suggestion?: string | undefined }) =>
      `No task produces dataset '${d.dataset}', which '${d.task}' reads.`,
    "A dataset that no task of the pipeline produces is read from its storage; this one has none. The storage of another package's dataset is in that package's `glacier.manifest.json`.",
    (d) => didYouMean(d) ?? "add its producer to `tasks`, or declare where it is stored with `dataset(…)`",
  ),
  duplicateProducer: error(
    3003,
    (d: { dataset: string; first: string; second: string }) =>
      `Dataset '${d.dataset}' is produced by both '${d.first}' and '${d.second}'.`,
    "A dataset has one producer in a pipeline, or its content would depend on which one runs last.",
    () => "give one of them another dataset name",
  ),
  selfDependency: error(
    3004,
    (d: { task: string; dataset: string }) =>
      `Task '${d.task}' reads and produces the same dataset '${d.dataset}'.`,
    "It would wait for itself. Usually the return type was left out and a parameter is passed through.",
    () => "write the return type: the dataset that the task produces",
  ),
  duplicateTaskName: error(
    3005,
    (d: { name: string; pipeline: string }) =>
      `Two tasks of pipeline '${d.pipeline}' have the name '${d.name}'.`,
    "Tasks are selected, shown and traced by name.",
    () => "rename one of the declarations",
  ),
  repeatedTask: error(
    3006,
    (d: { task: string; pipeline: string }) =>
      `Task '${d.task}' is listed twice in pipeline '${d.pipeline}'.`,
    "A task runs once in a run.",
    () => "remove one of them",
  ),
  emptyPipeline: error(
    3007,
    (d: { pipeline: string }) => `Pipeline '${d.pipeline}' has no tasks.`,
    "There is nothing to run. A module given as `tasks` counts its exports that mention datasets.",
    () => "list the pipeline's functions in `tasks`",
  ),
  duplicatePipelineName: error(
    3008,
    (d: { name: string }) => `Two pipelines have the name '${d.name}'.`,
    "Pipelines are run, deployed and traced by name.",
    () => "rename one of them",
  ),
  missingResource: error(
    3009,
    (d: { resource: string; task: string; pipeline: string; suggestion?: string | undefined }) =>
      `Task '${d.task}' takes resource '${d.resource}', which pipeline '${d.pipeline}' does not list.`,
    "A resource is opened for the tasks of a pipeline that lists its declaration.",
    (d) =>
      didYouMean(d) ?? "add its declaration to the pipeline's `resources`, or make the parameter optional",
  ),
  repeatedResource: error(
    3010,
    (d: { resource: string; pipeline: string }) =>
      `Resource '${d.resource}' is listed twice in pipeline '${d.pipeline}'.`,
    "Tasks take a resource by its name, so a pipeline has one of each name.",
    () => "remove one of them, or give it another name",
  ),
  unusedResource: warning(
    3011,
    (d: { resource: string; pipeline: string }) =>
      `No task of pipeline '${d.pipeline}' takes resource '${d.resource}'.`,
    "A resource that no task takes is never opened.",
    () => "remove it from `resources`",
  ),

  // 4xxx manifest and project
  notCompiled: error(
    4001,
    (d: { pipeline: string; operation: string }) =>
      `Pipeline '${d.pipeline}' was compiled without Glacier, so ${d.operation}() does not know its graph.`,
    "The graph is read from the types by the compiler plugin, which was not there when this JavaScript was made.",
    () =>
      "compile it with `tspc`, `glacier build` or a bundler plugin of @glacier-ts/plugin, or start it with `node --import @glacier-ts/plugin/register`",
  ),
  manifestUnreadable: error(
    4002,
    (d: { file: string; found: string }) => `'${d.file}' is not a Glacier manifest: ${d.found}.`,
    "The file is damaged or is something else.",
    () => "write it again with `glacier manifest`",
  ),
  manifestTooNew: error(
    4003,
    (d: { file: string; found: number; known: number }) =>
      `'${d.file}' has manifest version ${d.found}, but this Glacier reads versions up to ${d.known}.`,
    "The manifest was written by a newer Glacier.",
    () => "update @glacier-ts packages, or write the manifest again with `glacier manifest`",
  ),
  staleBuild: error(
    4004,
    (d: { pipeline: string; detail: string }) =>
      `The build of pipeline '${d.pipeline}' is stale: ${d.detail}.`,
    "The compiled JavaScript and the manifest come from different versions of the source.",
    () => "build the project again",
  ),
  manifestUnwritable: error(
    4005,
    (d: { file: string; why: string }) => `Cannot write '${d.file}': ${d.why}.`,
    "The manifest is written beside the project's tsconfig, or where the option `manifest` says.",
    () => "check the folder, its permissions and the free space",
  ),
  unknownPipeline: error(
    4006,
    (d: { name: string; known: readonly string[]; suggestion?: string | undefined }) =>
      `There is no pipeline '${d.name}'; the project has ${list(d.known, "and")}.`,
    "Pipelines go by the name that `pipeline({ name })` gives them.",
    didYouMean,
  ),
  noPipelines: error(
    4007,
    (d: { project: string }) => `There is no pipeline in project '${d.project}'.`,
    "A pipeline is an exported `pipeline({ name, tasks })` in a file that the tsconfig includes.",
    () => "write one, or name another project with --project",
  ),
  projectUnreadable: error(
    4008,
    (d: { file: string; why: string }) => `Cannot read project '${d.file}': ${d.why}`,
    "The project is the tsconfig.json in the working directory, or the one that --project names.",
    () => "name a tsconfig.json, or a folder with one, with --project",
  ),
  unknownTask: error(
    4009,
    (d: { task: string; pipeline: string; suggestion?: string | undefined }) =>
      `Pipeline '${d.pipeline}' has no task '${d.task}'.`,
    "Tasks go by the name of their declaration.",
    didYouMean,
  ),
  unknownDataset: error(
    4010,
    (d: { dataset: string; pipeline: string; suggestion?: string | undefined }) =>
      `Pipeline '${d.pipeline}' produces no dataset '${d.dataset}'.`,
    "Only what a task of the pipeline produces can be kept.",
    didYouMean,
  ),
  moduleUnloadable: error(
    4011,
    (d: { module: string; why: string }) => `Cannot load '${d.module}': ${d.why}`,
    "To run a pipeline, the modules of its tasks are imported.",
    () => "build the project, and run the module by itself to see where it fails",
  ),
  pipelineNotNamed: error(
    4012,
    (d: { known: readonly string[] }) =>
      `The project has ${d.known.length} pipelines, ${list(d.known, "and")}: which one is meant?`,
    "A command that needs one pipeline takes the only one there is, or the one that is named.",
    () => "name the pipeline",
  ),
  manifestStale: error(
    4013,
    (d: { file: string; difference: string }) => `'${d.file}' is stale: ${d.difference}.`,
    "The manifest on disk is not what the source says.",
    () => "write it again with `glacier manifest`",
  ),
  dependencyWithoutManifest: error(
    4014,
    (d: { what: string; owner: string; kind: "package" | "project"; file: string }) =>
      `${d.what} is declared in ${d.kind} '${d.owner}', which has no '${d.file}'.`,
    "Of another package or project the compiler sees declaration files only. What they do not say, such as which module a task is in and what it runs on, is in the manifest that Glacier writes when that one is compiled.",
    (d) =>
      d.kind === "project"
        ? "build that project with `tspc -b --force` or `glacier build`"
        : `the package's author compiles it with Glacier and adds "./glacier.manifest.json" to "exports" in its package.json`,
  ),
  moduleNotInManifest: error(
    4015,
    (d: { what: string; owner: string; kind: "package" | "project"; file: string }) =>
      `${d.what} is declared in '${d.file}', which the manifest of ${d.kind} '${d.owner}' does not know.`,
    "A manifest names the declaration file of each module that has tasks or resources, so that other packages and projects find them. It does so only where the project emits declarations.",
    (d) => `set "declaration" or "composite" in the tsconfig of '${d.owner}' and build it again`,
  ),
  dependencyStale: error(
    4016,
    (d: { owner: string; kind: "package" | "project"; difference: string }) =>
      `The manifest of ${d.kind} '${d.owner}' is stale: ${d.difference}.`,
    "The declaration files and the manifest of a package or project come from one build, so they say the same.",
    (d) => `build '${d.owner}' again, or install a version that was built whole`,
  ),
  fileUneditable: error(
    4020,
    (d: { file: string; why: string }) => `Cannot edit '${d.file}': ${d.why}.`,
    "A command that edits a project works out every change before it writes the first one, so nothing was changed.",
    () => "mend the file, then run the command again",
  ),
  fileUnwritable: error(
    4021,
    (d: { file: string; why: string }) => `Cannot write '${d.file}': ${d.why}.`,
    "Files are written beside their places first, and those that were replaced before the trouble are put back.",
    () => "check the permissions and the free space, then run the command again",
  ),
  settingConflict: error(
    4022,
    (d: { setting: string; found: string; expected: string }) =>
      `'${d.setting}' is ${d.found}, but Glacier needs ${d.expected}.`,
    "`glacier init` adds what is missing. It does not overrule what somebody has decided.",
    () => "change it, then run `glacier init` again",
  ),
  solutionConfig: error(
    4023,
    (d: { config: string; references: readonly string[] }) =>
      `'${d.config}' has no files of its own; it refers to ${list(d.references, "and")}.`,
    "A plugin works on the files of its own tsconfig.",
    (d) => `name one of them: \`glacier init ${d.references[0] ?? "<folder>"}\``,
  ),
  datasetNotFound: error(
    4024,
    (d: { dataset: string; suggestion?: string | undefined }) => `The project has no dataset '${d.dataset}'.`,
    "Datasets go by the name in their type or in `dataset(…)`.",
    didYouMean,
  ),
  datasetNameTaken: error(
    4025,
    (d: { dataset: string }) => `The project has a dataset '${d.dataset}' already.`,
    "Two datasets of one name are one dataset.",
    () => "choose another name",
  ),
  renameShared: error(
    4026,
    (d: { dataset: string; uses: number }) =>
      `This is the name of dataset '${d.dataset}', and ${d.uses === 1 ? "something else" : `${d.uses} other things`} as well.`,
    "A constant, an enum member or a type can be used as the name of a dataset and for other ends. Whether those change with the dataset is not for a program to say.",
    () => "give the dataset's name a declaration of its own",
  ),
  renameComputed: error(
    4027,
    (d: { dataset: string }) =>
      `The name '${d.dataset}' is put together by the program, so there is no one place to change.`,
    "A name that comes of a template or of the keys of a type is written nowhere as it is.",
    () => "write the name out, or rename its parts by hand",
  ),
  renameCollision: error(
    4028,
    (d: { identifier: string; renamed: string }) =>
      `'${d.renamed}' cannot become '${d.identifier}': there is another '${d.identifier}'.`,
    "The types and constants that are named after a dataset are renamed with it.",
    () => "choose another name, or rename one of the two declarations first",
  ),
  renameBreaks: error(
    4029,
    (d: { dataset: string; problem: string }) => `Without dataset '${d.dataset}' this is wrong: ${d.problem}`,
    "The renamed project is checked before anything is written. Something still goes by the old name, in a way that cannot be followed.",
    () => "change this place so that it does not go by the name, or rename by hand",
  ),
  storageRenamed: warning(
    4030,
    (d: { dataset: string; option: string; before: string; after: string }) =>
      `The ${d.option} of dataset '${d.dataset}' changes from '${d.before}' to '${d.after}': move what is stored there.`,
    "A rename changes the source, never stored data.",
  ),
  compilerMissing: error(
    4031,
    (d: { compiler: 6 | 7; project: string; found?: string | undefined; install: string }) =>
      `Cannot read project '${d.project}' with TypeScript ${d.compiler}: ${d.found === undefined ? "there is none" : `it has TypeScript ${d.found}`}.`,
    "Glacier reads a project with TypeScript 6, or with TypeScript 7.1 or later, which may be installed beside another version.",
    (d) => `install it: \`${d.install}\``,
  ),

  // 5xxx run
  taskThrew: error(
    5001,
    (d: { task: string; inputs: readonly string[]; attempts: number; error: string }) =>
      `Task '${d.task}' failed${tries(d.attempts)}${reading(d.inputs)}: ${d.error}`,
    "The task's function threw an error or returned a promise that was rejected.",
  ),
  taskTimedOut: error(
    5002,
    (d: { task: string; inputs: readonly string[]; attempts: number; timeoutMs: number }) =>
      `Task '${d.task}' took longer than its timeout of ${d.timeoutMs} ms${tries(d.attempts)}${reading(d.inputs)}.`,
    "An attempt took longer than the task's `timeout`. A function that never awaits cannot be stopped in the process; one that takes a `TaskContext` can watch `context.signal`.",
    () => "raise `timeout`, or watch `context.signal` to stop early",
  ),
  outputMissing: error(
    5003,
    (d: { task: string; dataset: string; path: string }) =>
      `Task '${d.task}' returned nothing for dataset '${d.dataset}'${d.path === "" ? "" : ` at '${d.path}'`}.`,
    "The return type promises the dataset, but the returned value was null or undefined.",
    () => "return a value, or write `| null` in the return type",
  ),
  dataNotFound: error(
    5004,
    (d: { dataset: string; place: string }) => `Dataset '${d.dataset}' was not found at ${d.place}.`,
    "The dataset is read from its storage and nothing is there.",
    () =>
      "check the dataset's storage, and that its data is there; `file()` paths are relative to the folder of the tsconfig",
  ),
  dataUnreadable: error(
    5005,
    (d: { dataset: string; place: string; why: string }) =>
      `Dataset '${d.dataset}' cannot be read from ${d.place}: ${d.why}.`,
    "The storage refused, or broke off, the reading.",
    () => "check the dataset's storage, its permissions, and that it can be reached",
  ),
  dataMalformed: error(
    5006,
    (d: { dataset: string; format: string; why: string }) =>
      `Dataset '${d.dataset}' is not valid ${d.format}: ${d.why}.`,
    "What is stored is not what the dataset's format says, or a value does not fit the dataset's type.",
    () => "mend the data, or what the dataset declares: its type or `format`",
  ),
  dataUnwritable: error(
    5007,
    (d: { dataset: string; place: string; why: string }) =>
      `Dataset '${d.dataset}' cannot be written to ${d.place}: ${d.why}.`,
    "The storage refused the writing. What was there before is unchanged.",
    () => "check the storage's permissions and free space, and that it can be reached",
  ),
  storageUnavailable: error(
    5008,
    (d: { dataset: string; kind: string; available: readonly string[] }) =>
      `Dataset '${d.dataset}' lives in storage '${d.kind}', for which there is no adapter.`,
    "This version has no adapter for that kind of storage.",
    (d) => `use one of ${d.available.join(", ")}`,
  ),
  formatUnavailable: error(
    5009,
    (d: { dataset: string; format: string }) =>
      `Dataset '${d.dataset}' has the format '${d.format}', which does not exist.`,
    "Formats are json, ndjson, csv, tsv, parquet, arrow, text and bytes.",
    () => "use one of json, ndjson, csv, tsv, parquet, arrow, text and bytes",
  ),
  packageNotFound: error(
    5010,
    (d: { dataset: string; package: string }) =>
      `Dataset '${d.dataset}' lives in the npm package '${d.package}', which is not installed.`,
    "`file({ package, path })` names a file inside of an installed package.",
    (d) => `run \`npm install ${d.package}\``,
  ),
  environmentMissing: error(
    5011,
    (d: { owner: string; option: string; variable: string }) =>
      `Option '${d.option}' of ${d.owner} needs the environment variable '${d.variable}', which is not set.`,
    "The option was given as `env()` or `secret()`, which leaves its value to the place where the pipeline runs.",
  ),
  runCancelled: error(
    5012,
    (d: { pipeline: string }) => `The run of pipeline '${d.pipeline}' was cancelled.`,
    "The run's signal was aborted, for example by Ctrl-C.",
  ),
  notEncodable: error(
    5013,
    (d: { dataset: string; format: string; path: string; why: string }) =>
      `Dataset '${d.dataset}' cannot be written as ${d.format}${d.path === "" ? "" : ` at '${d.path}'`}: ${d.why}.`,
    "The format, or the table, cannot hold the value that the task returned. What was there before is unchanged.",
    () => "return a value that it can hold, or use another `format` or storage",
  ),
  runBroken: error(
    5014,
    (d: { what: string }) => `The run cannot go on: ${d.what}.`,
    "User code broke the run from outside of its tasks: an error that nothing catches, a promise that nothing settles, or `process.exit()`.",
  ),
  paramMissing: error(
    5015,
    (d: { param: string; pipeline: string }) => `Pipeline '${d.pipeline}' needs the parameter '${d.param}'.`,
    "A task takes it as `Param`, without a question mark or a default.",
    (d) => `give it: \`--param ${d.param}=…\`, or \`run({ params: { ${property(d.param)}: … } })\``,
  ),
  paramInvalid: error(
    5016,
    (d: { param: string; expected: string; found: string }) =>
      `Parameter '${d.param}' must be ${d.expected}, but is ${d.found}.`,
    "The type in `Param<name, type>` says what a value can be.",
  ),
  paramUnknown: error(
    5017,
    (d: { param: string; pipeline: string; suggestion?: string | undefined }) =>
      `Pipeline '${d.pipeline}' has no parameter '${d.param}'.`,
    "The parameters of a pipeline are those that its tasks take as `Param`.",
    didYouMean,
  ),
  secretMissing: error(
    5018,
    (d: { secret: string; tasks: readonly string[] }) =>
      `Secret '${d.secret}' is not there; ${list(d.tasks, "and")} cannot run without it.`,
    "A task takes it as `Secret`, without a question mark or a default.",
    (d) => `set the environment variable ${d.secret}`,
  ),
  secretUnavailable: error(
    5019,
    (d: { secret: string; why: string }) => `Secret '${d.secret}' could not be read: ${d.why}`,
    "The provider that is given as `run({ secrets })` failed. Nothing was run.",
  ),
  secretsUnreadable: error(
    5020,
    (d: { file: string; why: string }) => `The secrets in '${d.file}' could not be read: ${d.why}`,
    "The file that is given as `--secrets` has a line `NAME=value` for each secret.",
  ),
  taskCrashed: error(
    5021,
    (d: { task: string; inputs: readonly string[]; attempt: number; why: string }) =>
      `Task '${d.task}' crashed${tries(d.attempt)}${reading(d.inputs)}: ${d.why}.`,
    "The thread or process that ran the task has ended before the task did. No other task is concerned.",
  ),
  inputChanged: error(
    5022,
    (d: { task: string; datasets: readonly string[]; readers: readonly string[]; error: string }) =>
      `Task '${d.task}' tried to change dataset ${list(d.datasets, "or")}, which ${alsoRead(d.readers)}: ${d.error}`,
    "A value that several tasks read, or that is a result of the run, is the same for all of them, so none may change it in place.",
    () => "make a copy: `[...rows]`, `{ ...row }` or `structuredClone(value)`",
  ),
  notTransferable: error(
    5023,
    (d: { task: string; what: string; why: string }) =>
      `Task '${d.task}' runs on a thread or in a process of its own, and ${d.what} cannot be sent there and back: ${d.why}.`,
    "Values are copied between threads and processes. Functions, and instances of classes with behaviour, cannot be.",
    () => "pass data only, or leave out the task's `compute`",
  ),
  outputInvalid: error(
    5024,
    (d: InvalidRow & { task: string; dataset: string }) =>
      d.row === undefined
        ? `Task '${d.task}' returned ${d.found} for dataset '${d.dataset}'${d.path === "" ? "" : ` at '${d.path}'`}, ${expectation(d)}.`
        : `Task '${d.task}' returned rows for dataset '${d.dataset}' that are not valid: ${invalidRow(d)}.`,
    "The value does not fit the type that the task declares, or the dataset's schema. A cast, `any` or data from outside can hide that from the compiler.",
  ),
  runTimedOut: error(
    5025,
    (d: { pipeline: string }) => `The run of pipeline '${d.pipeline}' took longer than it may.`,
    "The time that the run was given (`--timeout`, or `timeoutMs` of the executor's request) has passed.",
  ),
  stateUnusable: error(
    5026,
    (d: { folder: string; why: string; remedy: string }) =>
      `The state in '${d.folder}' cannot be used: ${d.why}.`,
    "What is known of runs and their results is kept in the folder `.glacier` of the project. Nothing in it is needed to run: what is missing is built again.",
    (d) => `${d.remedy}`,
  ),
  stateDamaged: warning(
    5027,
    (d: { file: string; why: string; movedTo: string }) =>
      `The database '${d.file}' is damaged: ${d.why}. A new one was begun.`,
    "A disk or another program has changed the file. Nothing of it is used.",
    (d) => `results are built again by the next run; the damaged file is kept as ${d.movedTo}`,
  ),
  unknownRun: error(
    5028,
    (d: { run: string; suggestion?: string | undefined }) =>
      d.run === "last"
        ? "There is no run yet."
        : `There is no run '${d.run}', or more than one that begins so.`,
    "A run is named by its id, by the first characters of it, or as `last`.",
    (d) => didYouMean(d) ?? "`glacier runs ls` shows the runs",
  ),
  taskNotInRun: error(
    5029,
    (d: { task: string; run: string; suggestion?: string | undefined }) =>
      `There is no task '${d.task}' in run '${d.run}'.`,
    "A task is named by its name or its id.",
    didYouMean,
  ),
  unknownSelection: error(
    5036,
    (d: {
      kind: "task" | "tag" | "dataset";
      name: string;
      pipeline: string;
      suggestion?: string | undefined;
    }) => `Pipeline '${d.pipeline}' has no ${d.kind} '${d.name}'.`,
    "Tasks are selected by name or id, by `tag:` and by `dataset:`; `*` stands for any letters.",
    didYouMean,
  ),
  selectionInvalid: error(
    5037,
    (d: { expression: string; why: string }) => `'${d.expression}' does not select tasks: ${d.why}.`,
    "A selection is made of names, `tag:`, `dataset:` and `state:changed`, with `+` for what is read from and what reads, commas for both and spaces for either.",
  ),
  selectionEmpty: error(
    5038,
    (d: { pipeline: string; selection: string }) =>
      `No task of pipeline '${d.pipeline}' is selected by '${d.selection}'.`,
    "Each part of the selection is there, but no task is in all that have to agree, or all are excluded. An external dataset has no producer.",
  ),
  codeUnknown: warning(
    5039,
    (d: { task: string; why: string }) =>
      `Task '${d.task}' runs each time, as its code cannot be followed: ${d.why}.`,
    "A result is used again where the code that made it is the same, which is told by a bundle of the task.",
  ),
  datasetNotKept: error(
    5043,
    (d: { dataset: string; task: string }) =>
      `Dataset '${d.dataset}' is not there: task '${d.task}' is not part of this run, and nothing is kept of a former one.`,
    "What a run reads of tasks that were not selected comes from former runs, or from the dataset's storage.",
    (d) => `select the task as well: \`+${d.task}\``,
  ),
  artifactLost: error(
    5044,
    (d: { dataset: string; isDamaged: boolean }) =>
      `What was kept of dataset '${d.dataset}' is ${d.isDamaged ? "damaged" : "not there any more"}.`,
    "Results of former runs are kept below `.glacier`, and checked whenever they are read. What is damaged is removed.",
    () => "run again: the task that makes it will run",
  ),
  notGiven: error(
    5045,
    (d: { dataset: string }) => `Dataset '${d.dataset}' is read from its storage, which a test does not do.`,
    "`testPipeline` reads and writes no storage.",
    (d) => `give it: \`given: { ${property(d.dataset)}: … }\``,
  ),
  resourceUnopened: error(
    5046,
    (d: { resource: string; task: string; error: string }) =>
      `Resource '${d.resource}', which task '${d.task}' takes, could not be opened: ${d.error}`,
    "The `open` of its declaration threw an error or returned a promise that was rejected. It is called once in a run.",
  ),
  resourceUnclosed: warning(
    5047,
    (d: { resource: string; why: string }) => `Resource '${d.resource}' could not be closed: ${d.why}`,
    "The `close` of its declaration failed or did not end. What came of the run is not concerned.",
  ),
  streamUnresourced: error(
    5049,
    (d: { dataset: string; resources: readonly string[]; error: string }) =>
      `Dataset '${d.dataset}' is a stream that is read after the run, when resource ${list(d.resources, "and")} is closed: ${d.error}`,
    "A stream that `run()` returns is read when the run is over. The resources that its task takes are closed by then.",
    (d) => `give '${d.dataset}' a storage, or read it in a task of the pipeline`,
  ),
  sdkMissing: error(
    5050,
    (d: { dataset: string; kind: string; packages: readonly string[] }) =>
      `Dataset '${d.dataset}' lives in storage '${d.kind}', which needs ${d.packages.length === 1 ? "the package" : "the packages"} ${d.packages.map((name) => `'${name}'`).join(" and ")}, not installed here.`,
    "Storage of a vendor is read and written by the vendor's own SDK. It is installed by those who need it.",
    (d) => `run \`npm install ${d.packages.join(" ")}\``,
  ),
  compressionUnavailable: error(
    5057,
    (d: { dataset: string; compression: string; why: string }) =>
      `Dataset '${d.dataset}' cannot be compressed with '${d.compression}': ${d.why}.`,
    "Files are compressed with gzip or zstd. Parquet and Arrow compress the parts of a file, and Arrow knows zstd only.",
    () => "use zstd, or leave `compression` out",
  ),
  partitionUnavailable: error(
    5058,
    (d: { dataset: string; why: string }) => `Dataset '${d.dataset}' cannot be divided into files: ${d.why}.`,
    "With `partitionBy` a dataset is a folder of files, which are listed to read it.",
    () => "end the path with `/`, and name columns that every row has",
  ),
  configInvalid: error(
    5059,
    (d: { file: string; option: string; found: string; expected: string }) =>
      `'${d.option}' in ${d.file} must be ${d.expected}, but is ${d.found}.`,
    "`glacier.config.ts` says where datasets live in each environment; `defineConfig` has its types.",
  ),
  configUnloadable: error(
    5060,
    (d: { file: string; why: string }) => `${d.file} cannot be loaded: ${d.why}.`,
    "`glacier.config.ts` is imported as a module. It must have a default export, and only types that can be erased.",
  ),
  unknownEnvironment: error(
    5061,
    (d: { environment: string; file: string; known: readonly string[]; suggestion: string | undefined }) =>
      `There is no environment '${d.environment}' in ${d.file}.`,
    "`--env` and `GLACIER_ENV` name one of the environments of `glacier.config.ts`.",
    (d) => didYouMean(d) ?? `there ${d.known.length === 1 ? "is" : "are"} ${list(d.known, "and")}`,
  ),
  noConfig: error(
    5062,
    (d: { environment: string; folder: string }) =>
      `There is no environment '${d.environment}': ${d.folder} has no glacier.config.ts.`,
    "`--env` and `GLACIER_ENV` name one of the environments of the file beside the project's tsconfig.",
  ),
  unknownVersion: error(
    5063,
    (d: { dataset: string; version: string; suggestion?: string | undefined }) =>
      `No run has made version '${d.version}' of dataset '${d.dataset}'.`,
    "`glacier datasets show` lists the versions of a dataset. The beginning of one is enough.",
    didYouMean,
  ),
  versionGone: error(
    5064,
    (d: { dataset: string; version: string; where: string }) =>
      `Version '${d.version}' of dataset '${d.dataset}' is no longer to be had ${d.where}.`,
    "A dataset's storage has its latest version. Of datasets without a storage, runs keep what `glacier cache gc` leaves.",
  ),
  nothingMade: error(
    5065,
    (d: { dataset: string }) => `Nothing is kept of dataset '${d.dataset}'.`,
    "No run has made the dataset, or what it has made could not be kept, as for a stream.",
    () => "run its pipeline, or give the dataset a storage",
  ),
  dataInvalid: error(
    5066,
    (d: InvalidRow & { dataset: string; place: string }) =>
      `Dataset '${d.dataset}' at ${d.place} is not valid: ${invalidRow(d)}.`,
    "What is read from a storage is checked against the dataset's schema; where it has none, against the payload's type and the tags of its doc comments.",
    () => "mend the data or the type, or say what to do with such rows by the dataset's `onInvalid`",
  ),
  dataInvalidKept: warning(
    5067,
    (d: InvalidRow & { dataset: string }) => `Dataset '${d.dataset}' is not valid: ${invalidRow(d)}.`,
    'The dataset is declared with `onInvalid: "warn"`: its rows are kept all the same.',
  ),
  dataSetAside: warning(
    5068,
    (d: InvalidRow & { dataset: string; place: string }) =>
      `Rows of dataset '${d.dataset}' were set aside at ${d.place}: ${invalidRow(d)}.`,
    "The dataset is declared with a quarantine: tasks see its valid rows only.",
  ),
  schemaUnloadable: error(
    5069,
    (d: { dataset: string; id: string; why: string }) =>
      `Cannot load the schema of dataset '${d.dataset}', '${d.id}': ${d.why}.`,
    "To check a dataset that is declared with a schema, the module of its declaration is imported.",
    () => "build the project again, and import the module by itself to see where it fails",
  ),
  schemaThrew: error(
    5070,
    (d: { dataset: string; row?: number | undefined; error: string }) =>
      `The schema of dataset '${d.dataset}' failed${d.row === undefined ? "" : ` at row ${d.row}`}: ${d.error}.`,
    "A schema says of a value what is wrong with it. One that throws says nothing, so nobody knows whether the value is valid.",
    () => "mend the schema, or catch the error in it",
  ),
  checkFailed: error(
    5075,
    (d: FailedCheck) => `Check '${d.check}' did not pass${reading(d.inputs)}${whatFailed(d)}`,
    "A check with the severity `error` stops the tasks that would read the data.",
    () => 'the data is to blame, or the check; `severity: "warn"` lets the run go on',
  ),
  checkWarned: warning(
    5076,
    (d: FailedCheck) => `Check '${d.check}' did not pass${reading(d.inputs)}${whatFailed(d)}`,
    "A check with the severity `warn` stops nothing.",
  ),

  // 6xxx compile
  dynamicInTarget: error(
    6001,
    (d: { task: string; option: string; type: string; target: string }) =>
      `Target '${d.target}' needs option '${d.option}' of task '${d.task}' to be known when it is compiled, but it is ${d.type}.`,
    "A deployment is described before it runs, so the values in it are literals, `env()` or `secret()`.",
    () => "write a literal",
  ),
};

export type CatalogName = keyof typeof catalog;

/** The details that a diagnostic's message is made of. */
export type DetailsOf<Name extends CatalogName> = Parameters<(typeof catalog)[Name]["message"]>[0];

/** Makes a diagnostic of the catalogue. */
export function report<Name extends CatalogName>(
  name: Name,
  details: DetailsOf<Name>,
  location?: Location,
  related: readonly RelatedInformation[] = [],
): Diagnostic {
  const entry = catalog[name] as CatalogEntry<DetailsOf<Name>>;
  const hint = entry.hint?.(details);
  return {
    code: codeOf(name),
    severity: entry.severity,
    message: entry.message(details),
    ...(hint !== undefined && { hint }),
    ...(location && { location }),
    related,
  };
}

/** The code of a diagnostic of the catalogue, such as `GLA3001`. */
export function codeOf(name: CatalogName): DiagnosticCode {
  return `GLA${catalog[name].number}`;
}

function list(items: readonly string[], conjunction: "and" | "or"): string {
  const quoted = items.map((item) => `'${item}'`);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} ${conjunction} ${quoted.at(-1)}`;
}

/** `a → b → a`; the middle of a long chain is left out. */
function chain(tasks: readonly string[]): string {
  const shown =
    tasks.length <= 12 ? tasks : [...tasks.slice(0, 6), `… ${tasks.length - 10} more …`, ...tasks.slice(-4)];
  return shown.join(" → ");
}

const alsoRead = (readers: readonly string[]) =>
  readers.length === 0
    ? "is a result of the run"
    : `${list(readers, "and")} ${readers.length === 1 ? "reads" : "read"} as well`;
const property = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const tries = (attempts: number) => (attempts > 1 ? ` after ${attempts} attempts` : "");
const reading = (inputs: readonly string[]) => (inputs.length > 0 ? ` (reads ${list(inputs, "and")})` : "");

interface FailedCheck {
  readonly check: string;
  readonly inputs: readonly string[];
  readonly message?: string;
  readonly failedRows?: number;
  readonly examples?: readonly Json[];
}

/** `: key repeated in 2 of 9 rows, such as row 4 ("a").` */
function whatFailed({ message, failedRows, examples = [] }: FailedCheck): string {
  const rows = failedRows === undefined ? undefined : `${failedRows} ${failedRows === 1 ? "row" : "rows"}`;
  const found = message ?? rows;
  const shown = examples.map(exampleText).join(", ");
  const such = shown === "" ? "" : found === undefined ? shown : `, such as ${shown}`;
  return found === undefined && such === "" ? "." : `: ${found ?? ""}${such}.`;
}

/** Of the functions in `@glacier-ts/core/checks`, a row and what is wrong there; of others, whatever they say. */
function exampleText(example: Json): string {
  const { row, value, ...others } = isJsonObject(example) ? example : {};
  const isRow = typeof row === "number" && Object.keys(others).length === 0;
  return isRow ? `row ${row} (${shortJson(value ?? null)})` : shortJson(example);
}

function shortJson(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** The first thing that is not valid, and how many more rows are not. */
interface InvalidRow {
  readonly row?: number;
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  readonly bySchema?: true;
  readonly more?: number;
}

function invalidRow(invalid: InvalidRow): string {
  const { row, path, found, more = 0 } = invalid;
  const where = [row === undefined ? "" : `row ${row}`, path === "" ? "" : `at '${path}'`]
    .filter(Boolean)
    .join(" ");
  const rest = more === 0 ? "" : `; ${more} more ${more === 1 ? "row is" : "rows are"} not valid`;
  return `${where === "" ? "" : `${where}: `}found ${found}, ${expectation(invalid)}${rest}`;
}

/** What a value should have been, as a part of a sentence: by its type, or in the words of a schema. */
export function expectation({ expected, bySchema }: Pick<InvalidRow, "expected" | "bySchema">): string {
  return bySchema === true ? `and its schema says: ${expected.replace(/\.$/, "")}` : `expected ${expected}`;
}
