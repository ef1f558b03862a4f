import { compareText, type Location } from "@glacier-ts/core";
import type {
  CompilerHost,
  Declaration,
  Node,
  Parameter,
  Signature,
  Type,
  TypeKind,
} from "../compiler-host.js";
import type {
  CheckFacts,
  DatasetMention,
  InjectedFacts,
  OptionFacts,
  OutputFacts,
  ParameterFacts,
  ReturnFacts,
  ReturnProblem,
  TaskFacts,
} from "../model.js";
import type { PayloadSchemas } from "../schema/payload-schema.js";
import { coreFunction, exportId } from "./core-call.js";
import type { Mark, MarkedType, MarkReader } from "./marks.js";
import { readOptions } from "./options.js";
import { firstType } from "./sort-types.js";

const taskOptions = ["compute", "retries", "timeout", "tags", "cache"];
const checkOptions = ["severity", ...taskOptions];

/** The arguments of a call of `task()` or `check()`. */
interface WrittenCall {
  /** That of a check. */
  readonly name: Node | undefined;
  readonly options: Node | undefined;
  readonly run: Node;
  /** How many arguments there are up to the function. */
  readonly given: number;
}

/** Types whose elements are not datasets: a stream is a dataset of an iterable. */
const iterables = new Set([
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncGenerator",
  "Iterable",
  "IterableIterator",
  "Generator",
  "ReadableStream",
]);

/** What a value that is not there can be given to. */
const absent = new Set<TypeKind>(["void", "undefined", "any", "unknown"]);

/** Reads tasks and checks: their signatures, and the options of those in `task()` and `check()`. */
export class TaskReader {
  readonly #host: CompilerHost;
  readonly #marks: MarkReader;
  readonly #schemas: PayloadSchemas;
  readonly #calls = new Map<Node, TaskFacts | undefined>();

  constructor(host: CompilerHost, marks: MarkReader, schemas: PayloadSchemas) {
    this.#host = host;
    this.#marks = marks;
    this.#schemas = schemas;
  }

  /** Reads a call of `task(options, run)` or `check(name, run)`; undefined where the function is not written in it. */
  readCall(call: Node): TaskFacts | undefined {
    if (!this.#calls.has(call)) this.#calls.set(call, this.#readCall(call));
    return this.#calls.get(call);
  }

  /** Whether the options and the function are written in a call. */
  isReadable(call: Node): boolean {
    return this.#arguments(call) !== undefined;
  }

  /** Where a call that can be read has room for its wiring: behind the function. */
  wiringPosition(call: Node): number {
    return this.#arguments(call)?.given ?? 0;
  }

  #arguments(call: Node): WrittenCall | undefined {
    const host = this.#host;
    const expression = host.expression(call);
    const given = expression.kind === "call" ? expression.arguments : [];
    const [first, second, third] = given;
    if (!first || !second || given.some((node) => host.expression(node).kind === "spread")) return undefined;
    if (coreFunction(host, call) !== "check")
      return { name: undefined, options: first, run: second, given: 2 };
    const isRun = (node: Node) =>
      host.expression(node).kind === "function" || host.signatures(host.typeAt(node)).length > 0;
    return third === undefined || isRun(second)
      ? { name: first, options: undefined, run: second, given: 2 }
      : { name: first, options: second, run: third, given: 3 };
  }

  /** As `readCall`, with every place at another location. */
  readCallAt(call: Node, location: Location): TaskFacts | undefined {
    return this.#readCall(call, location);
  }

  #readCall(call: Node, at?: Location): TaskFacts | undefined {
    const host = this.#host;
    const written = this.#arguments(call);
    if (!written) return undefined;
    const declaration = host.declarationOfValue(call);
    const location = at ?? host.location(declaration?.node ?? call);
    const options = readOptions(host, written.options, written.name ? checkOptions : taskOptions);
    const check = written.name && this.#check(written.name);
    const read = (node: Node) => this.#read(declaration, host.typeAt(node), location, options, check);
    const isClear = (task: TaskFacts) => task.returned.problems.length === 0;
    // A function that is written here mostly says it all, and its type is had without that of the call.
    if (host.expression(written.run).kind === "function") {
      const task = read(written.run);
      if (isClear(task) && task.typeParameters === "") return task;
    }
    const task = read(call);
    if (declaration?.kind !== "variable" || isClear(task)) return task;
    // The annotation of the constant may say what the function does not.
    const annotated = read(declaration.node);
    return isClear(annotated) ? annotated : task;
  }

  /**
   * Reads a function that is a task as it is.
   * @param location of the task, and of what the project does not write itself
   */
  readFunction(
    declaration: Declaration,
    type: Type,
    location = this.#host.location(declaration.node),
  ): TaskFacts {
    const options = { value: {}, locations: new Map() };
    // What it is called is in the manifest of its project.
    const check = isMadeByCheck(this.#host, type, declaration)
      ? { name: undefined, nameType: "", nameLocation: location }
      : undefined;
    return this.#read(declaration, type, location, options, check);
  }

  #check(name: Node): CheckFacts {
    const host = this.#host;
    const type = host.typeAt(name);
    const value = host.literal(type);
    return {
      name: typeof value === "string" ? value : undefined,
      nameType: host.print(type),
      nameLocation: host.location(name),
    };
  }

  #read(
    declaration: Declaration | undefined,
    type: Type,
    location: Location,
    options: OptionFacts,
    check: CheckFacts | undefined,
  ): TaskFacts {
    const signatures = this.#host.signatures(type);
    const [signature] = signatures;
    return {
      id: exportId(declaration),
      name: declaration?.name ?? "",
      location,
      doc: declaration && this.#host.doc(declaration.node),
      signatureCount: signatures.length,
      typeParameters: signature?.typeParameters ?? "",
      parameters:
        signature?.parameters.map((parameter, position) => this.#parameter(parameter, position, location)) ??
        [],
      thisParameter: this.#thisParameter(signature),
      returned: check ? this.#verdict(signature, location) : this.#returned(signature, location),
      options,
      ...(check && { check }),
    };
  }

  #parameter(parameter: Parameter, position: number, task: Location): ParameterFacts {
    const host = this.#host;
    const { marks, plain } = this.#marks.read(parameter.type);
    const accepts = (kind: "null" | "undefined") => plain.some((member) => host.kind(member) === kind);
    const isContext = plain.some((member) => this.#marks.isContext(member));
    const injected = this.#injected(parameter.type, plain);
    const location = parameter.location ?? task;
    return {
      name: parameter.name,
      position,
      location,
      isOptional: parameter.isOptional || accepts("undefined"),
      isRest: parameter.isRest,
      isContext,
      injected,
      isNullable: accepts("null"),
      datasets: marks.map((mark) => this.mention(mark, location)),
      mentionsDataset: marks.length > 0 || (!isContext && !injected && this.#marks.isIn(parameter.type)),
      isStreamOfDatasets: plain.some((member) => isStreamOfDatasets(host, this.#marks, member)),
      typeText: marks.length === 0 && !isContext && !injected ? host.print(parameter.type) : "",
    };
  }

  /** Functions are called without a `this`. */
  #thisParameter(signature: Signature | undefined): TaskFacts["thisParameter"] {
    if (!signature?.thisParameter) return undefined;
    const { type } = signature.thisParameter;
    const members = this.#host.kind(type) === "union" ? this.#host.members(type) : [type];
    const isLeftOut = members.some((member) => absent.has(this.#host.kind(member)));
    if (isLeftOut) return undefined;
    return { type: this.#host.print(type), mentionsDataset: this.#marks.isIn(type) };
  }

  /** A run parameter, a secret or a resource: a type all of whose members, apart from undefined, have one mark. */
  #injected(type: Type, members: readonly Type[]): InjectedFacts | undefined {
    const values = members.filter((member) => this.#host.kind(member) !== "undefined");
    const marks = values.map((member) => this.#marks.injected(member));
    const [first] = marks;
    if (!first || marks.some((mark) => mark?.kind !== first.kind || mark.name !== first.name))
      return undefined;
    if (first.kind === "resource") return { ...first, schema: {}, type: "" };
    return { ...first, schema: this.#schemas.read(values).schema, type: this.#host.print(type) };
  }

  #returned(signature: Signature | undefined, task: Location): TaskFacts["returned"] {
    const location = signature?.returnLocation ?? task;
    if (!signature) return { location, outputs: [], mentionsDataset: false, problems: [] };
    const reader = new ReturnReader(this.#host, this.#marks, (mark) => this.mention(mark, location));
    const read = reader.read(signature.returnType);
    const mentionsDataset = read.outputs.length > 0 || this.#marks.isIn(signature.returnType);
    return { location, mentionsDataset, ...read };
  }

  /** What a check returns is no output. */
  #verdict(signature: Signature | undefined, task: Location): TaskFacts["returned"] {
    const location = signature?.returnLocation ?? task;
    const mentionsDataset = signature !== undefined && this.#marks.isIn(signature.returnType);
    return { location, outputs: [], mentionsDataset, problems: [] };
  }

  /** A dataset as it is mentioned at a location. */
  mention(mark: Mark, location: Location): DatasetMention {
    return { ...mark, location, schema: this.#schemas.read(mark.types) };
  }
}

/** Reads the datasets in a return type: the value itself, the elements of a tuple, or the properties of an object. */
class ReturnReader {
  readonly #host: CompilerHost;
  readonly #marks: MarkReader;
  readonly #mention: (mark: Mark) => DatasetMention;
  readonly #outputs: OutputFacts[] = [];
  readonly #problems: ReturnProblem[] = [];

  constructor(host: CompilerHost, marks: MarkReader, mention: (mark: Mark) => DatasetMention) {
    this.#host = host;
    this.#marks = marks;
    this.#mention = mention;
  }

  read(type: Type): Pick<ReturnFacts, "outputs" | "problems"> {
    const awaited = this.#awaited(type);
    if (awaited.marks.length > 0) this.#marked(awaited, "", false);
    else this.#unmarked(type, awaited.plain);
    return { outputs: this.#outputs, problems: this.#problems };
  }

  /** The members of a type, and of the promises in it. */
  #awaited(type: Type): MarkedType {
    const marks: Mark[] = [];
    const plain: Type[] = [];
    const seen = new Set([type]);
    for (const at of seen) {
      const members = this.#marks.read(at);
      marks.push(...members.marks);
      for (const member of members.plain) {
        const promised = promisedType(this.#host, member);
        if (promised) seen.add(promised);
        else plain.push(member);
      }
    }
    return { marks: mergeMarks(marks), plain: [...new Set(plain)] };
  }

  /** The value of one output. */
  #value(type: Type, path: string, isNullable: boolean): void {
    const found = this.#marks.read(type);
    if (found.marks.length > 0) return this.#marked(found, path, isNullable);
    this.#problems.push({ kind: "no-dataset", type: `${this.#host.print(type)} at '${path}'` });
  }

  #marked({ marks, plain }: MarkedType, path: string, isNullable: boolean): void {
    const host = this.#host;
    const mayBeNull = isNullable || plain.some((member) => host.kind(member) === "null");
    const other = firstType(
      host,
      plain.filter((member) => host.kind(member) !== "null"),
    );
    const [mark, ...further] = marks;
    if (!mark || further.length > 0) {
      this.#problems.push({ kind: "union", datasets: marks.map(({ name }) => name ?? "?") });
      return;
    }
    if (other) this.#problems.push({ kind: "mixed", dataset: mark.name ?? "?", type: host.print(other) });
    this.#outputs.push({ mention: this.#mention(mark), path, isNullable: mayBeNull });
  }

  /** A return type without a mark of its own; `members` are those of the promises in it as well. */
  #unmarked(type: Type, members: readonly Type[]): void {
    const host = this.#host;
    const isNullable = members.some((member) => host.kind(member) === "null");
    const present = members.filter((member) => host.kind(member) !== "null");
    const [value] = present.filter((member) => !["void", "undefined"].includes(host.kind(member)));
    if (!value) return; // nothing is returned: a task for its side effect
    const kind = host.kind(value);
    // What is promised, where that is one type; else the whole.
    const text = present.length === 1 && !isNullable ? host.print(value) : host.print(type);
    if (present.length > 1) {
      this.#problems.push({ kind: "no-dataset", type: text });
    } else if (kind === "any" || kind === "unknown" || kind === "never") {
      this.#problems.push({ kind: "unknown", type: text });
    } else if (isStreamOfDatasets(host, this.#marks, value)) {
      this.#problems.push({ kind: "stream-of-datasets", type: text });
    } else if (kind === "tuple") {
      host.tupleElements(value).forEach((element, index) => {
        const rest = `...${host.print(element.type)}[] at '/${index}'`;
        if (element.isRest) this.#problems.push({ kind: "no-dataset", type: rest });
        else this.#value(element.type, `/${index}`, isNullable);
      });
    } else if ((kind === "object" || kind === "intersection") && this.#hasDatasetProperty(value)) {
      this.#properties(value, isNullable);
    } else {
      this.#problems.push({ kind: "no-dataset", type: text });
    }
  }

  #properties(type: Type, isNullable: boolean): void {
    const host = this.#host;
    const properties = host.properties(type);
    host.propertyTypes(properties).forEach((member, index) => {
      const name = properties[index]?.name ?? "";
      this.#value(member, `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, isNullable);
    });
    for (const { value } of host.indexSignatures(type)) {
      if (!this.#marks.isIn(value)) continue;
      this.#problems.push({ kind: "no-dataset", type: `${host.print(value)} at '/[…]'` });
    }
  }

  #hasDatasetProperty(type: Type): boolean {
    const host = this.#host;
    if (host.nameOf(type)?.origin === "lib" && host.signatures(type).length > 0) return false;
    return host
      .propertyTypes(host.properties(type))
      .some((member) => this.#marks.read(member).marks.length > 0);
  }
}

/** One mark for each name, by name. */
function mergeMarks(marks: readonly Mark[]): readonly Mark[] {
  const merged = new Map<string | undefined, Mark>();
  for (const mark of marks) {
    const before = merged.get(mark.name);
    merged.set(
      mark.name,
      before ? { ...before, types: [...new Set([...before.types, ...mark.types])] } : mark,
    );
  }
  return [...merged.values()].sort((a, b) => compareText(a.name ?? "", b.name ?? ""));
}

/** Whether a function was made by `task()`. */
export function isMadeByTask(host: CompilerHost, type: Type): boolean {
  const property = host.property(type, "~task");
  return property !== undefined && host.declarationOf(property.symbol)?.origin === "core";
}

/** Whether a function was made by `check()`. What is written as a function was not, which spares the question. */
export function isMadeByCheck(host: CompilerHost, type: Type, declaration?: Declaration): boolean {
  if (declaration && isWrittenAsFunction(host, declaration)) return false;
  const property = host.property(type, "~check");
  return property !== undefined && host.declarationOf(property.symbol)?.origin === "core";
}

function isWrittenAsFunction(host: CompilerHost, { kind, initializer }: Declaration): boolean {
  return (
    kind === "function" || (initializer !== undefined && host.expression(initializer).kind === "function")
  );
}

/** What a promise is of; undefined for other types. */
export function promisedType(host: CompilerHost, type: Type): Type | undefined {
  const name = host.kind(type) === "object" ? host.nameOf(type) : undefined;
  const isPromise = name?.origin === "lib" && (name.name === "Promise" || name.name === "PromiseLike");
  return isPromise ? host.typeArguments(type)[0] : undefined;
}

function isStreamOfDatasets(host: CompilerHost, marks: MarkReader, type: Type): boolean {
  const kind = host.kind(type);
  const isIterable = kind === "object" && iterables.has(host.nameOf(type)?.name ?? "");
  const [element] = isIterable || kind === "array" ? host.typeArguments(type) : [];
  return element !== undefined && marks.read(element).marks.length > 0;
}
