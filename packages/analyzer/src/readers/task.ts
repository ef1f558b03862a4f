import type { Location } from "@glacier-ts/core";
import type { CompilerHost, Declaration, Node, Parameter, Signature, Type } from "../compiler-host.js";
import type {
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
import { exportId } from "./core-call.js";
import type { Mark, MarkReader } from "./marks.js";
import { readOptions } from "./options.js";
import { firstType } from "./sort-types.js";

const taskOptions = ["compute", "retries", "timeout", "tags"];

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

/** Reads tasks: their signatures, and the options of those in `task()`. */
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

  /** Reads a call of `task(options, run)`; undefined where the two are not written in it. */
  readCall(call: Node): TaskFacts | undefined {
    if (!this.#calls.has(call)) this.#calls.set(call, this.#readCall(call));
    return this.#calls.get(call);
  }

  /** Whether the options and the function are written in a call of `task(options, run)`. */
  isReadable(call: Node): boolean {
    return this.#arguments(call) !== undefined;
  }

  #arguments(call: Node): { readonly options: Node; readonly run: Node } | undefined {
    const expression = this.#host.expression(call);
    const [options, run] = expression.kind === "call" ? expression.arguments : [];
    if (!options || !run || this.#host.expression(options).kind === "spread") return undefined;
    return { options, run };
  }

  #readCall(call: Node): TaskFacts | undefined {
    const written = this.#arguments(call);
    if (!written) return undefined;
    const { options, run } = written;
    const declaration = this.#host.declarationOfValue(call);
    const location = this.#host.location(declaration?.node ?? call);
    return this.#read(
      declaration,
      this.#host.typeAt(run),
      location,
      readOptions(this.#host, options, taskOptions),
    );
  }

  /** Reads a function that is a task as it is. */
  readFunction(declaration: Declaration, type: Type): TaskFacts {
    const options = { value: {}, locations: new Map() };
    return this.#read(declaration, type, this.#host.location(declaration.node), options);
  }

  #read(
    declaration: Declaration | undefined,
    type: Type,
    location: Location,
    options: OptionFacts,
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
      returned: this.#returned(signature, location),
      options,
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
      isStreamOfDatasets: plain.some((member) => isStreamOfDatasets(host, this.#marks, member)),
      typeText: marks.length === 0 && !isContext && !injected ? host.print(parameter.type) : "",
    };
  }

  /** A run parameter or a secret: a type all of whose members, apart from undefined, have one mark. */
  #injected(type: Type, members: readonly Type[]): InjectedFacts | undefined {
    const values = members.filter((member) => this.#host.kind(member) !== "undefined");
    const marks = values.map((member) => this.#marks.injected(member));
    const [first] = marks;
    if (!first || marks.some((mark) => mark?.kind !== first.kind || mark.name !== first.name))
      return undefined;
    return { ...first, schema: this.#schemas.read(values).schema, type: this.#host.print(type) };
  }

  #returned(signature: Signature | undefined, task: Location): TaskFacts["returned"] {
    const location = signature?.returnLocation ?? task;
    if (!signature) return { location, outputs: [], problems: [] };
    const reader = new ReturnReader(this.#host, this.#marks, (mark) => this.mention(mark, location));
    return { location, ...reader.read(signature.returnType) };
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
    this.#value(type, "", false);
    return { outputs: this.#outputs, problems: this.#problems };
  }

  #value(type: Type, path: string, isNullable: boolean): void {
    const host = this.#host;
    const { marks, plain } = this.#marks.read(type);
    const mayBeNull = isNullable || plain.some((member) => host.kind(member) === "null");
    const others = plain.filter((member) => host.kind(member) !== "null");
    const [mark, ...further] = marks;
    if (mark && further.length > 0) {
      this.#problems.push({ kind: "union", datasets: marks.map(({ name }) => name ?? "?") });
    } else if (mark) {
      const other = firstType(host, others);
      if (other) this.#problems.push({ kind: "mixed", dataset: mark.name ?? "?", type: host.print(other) });
      this.#outputs.push({ mention: this.#mention(mark), path, isNullable: mayBeNull });
    } else if (path === "") {
      this.#unmarked(type, others, mayBeNull);
    } else {
      this.#problems.push({ kind: "no-dataset", type: `${host.print(type)} at '${path}'` });
    }
  }

  /** A return type without a mark of its own. */
  #unmarked(type: Type, members: readonly Type[], isNullable: boolean): void {
    const host = this.#host;
    const values = members.filter((member) => !["void", "undefined"].includes(host.kind(member)));
    const [value] = values;
    if (!value) return; // nothing is returned: a task for its side effect
    const promised = values.map((member) => promisedType(host, member));
    if (values.length === 1 && promised[0]) {
      this.#value(promised[0], "", isNullable);
      const other = firstType(
        host,
        members.filter((member) => member !== value),
      );
      const [output] = this.#outputs;
      if (other && output) {
        this.#problems.push({ kind: "mixed", dataset: output.mention.name ?? "?", type: host.print(other) });
      }
      return;
    }
    if (values.length > 1 || values.length < members.length) {
      this.#problems.push({ kind: "no-dataset", type: host.print(type) });
      return;
    }
    const kind = host.kind(value);
    if (kind === "any" || kind === "unknown" || kind === "never") {
      this.#problems.push({ kind: "unknown", type: host.print(type) });
    } else if (isStreamOfDatasets(host, this.#marks, value)) {
      this.#problems.push({ kind: "stream-of-datasets", type: host.print(type) });
    } else if (kind === "tuple") {
      host.tupleElements(value).forEach((element, index) => {
        const type = `...${host.print(element.type)}[] at '/${index}'`;
        if (element.isRest) this.#problems.push({ kind: "no-dataset", type });
        else this.#value(element.type, `/${index}`, isNullable);
      });
    } else if (kind === "object" && this.#hasDatasetProperty(value)) {
      const properties = host.properties(value);
      host.propertyTypes(properties).forEach((member, index) => {
        const name = properties[index]?.name ?? "";
        this.#value(member, `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, isNullable);
      });
    } else {
      this.#problems.push({ kind: "no-dataset", type: host.print(type) });
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

/** Whether a function was made by `task()`. */
export function isMadeByTask(host: CompilerHost, type: Type): boolean {
  const property = host.property(type, "~task");
  return property !== undefined && host.declarationOf(property.symbol)?.origin === "core";
}

/** What a promise is of; undefined for other types. */
function promisedType(host: CompilerHost, type: Type): Type | undefined {
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
