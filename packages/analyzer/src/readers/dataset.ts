import type { CompilerHost, Node, TypeDeclaration } from "../compiler-host.js";
import type { DatasetFacts, DatasetMention } from "../model.js";
import type { PayloadSchemas } from "../schema/payload-schema.js";
import { exportId } from "./core-call.js";
import type { MarkReader } from "./marks.js";
import { readOptions } from "./options.js";

/** What is read of a call of `dataset()`. */
export type DatasetCall =
  | { readonly kind: "dataset"; readonly facts: DatasetFacts; readonly call: Node }
  | { readonly kind: "dynamic-name"; readonly name: Node; readonly type: string };

/** Reads a call of `dataset(name, options)` and the `of<T>()` on it; undefined where it lacks its name. */
export function readDatasetCall(
  host: CompilerHost,
  schemas: PayloadSchemas,
  call: Node,
): DatasetCall | undefined {
  const expression = host.expression(call);
  const [nameNode, options] = expression.kind === "call" ? expression.arguments : [];
  if (!nameNode) return undefined;
  const name = host.literal(host.typeAt(nameNode));
  if (typeof name !== "string") {
    return { kind: "dynamic-name", name: nameNode, type: host.print(host.typeAt(nameNode)) };
  }
  const of = host.methodCallOn(call, "of");
  const payload = of && host.typeArguments(host.typeAt(of))[1];
  const location = host.location(nameNode);
  const mention: DatasetMention | undefined = payload && {
    name,
    location,
    schema: schemas.read([payload]),
    types: [payload],
    whole: payload,
    core: undefined,
  };
  const read = readOptions(host, options, ["storage"], ["schema"]);
  const isChecked = read.locations.has("schema");
  const declaration = isChecked ? host.declarationOfValue(of ?? call) : undefined;
  const facts: DatasetFacts = {
    name,
    form: "value",
    location,
    doc: host.doc(call),
    options: read,
    ...(isChecked && {
      validator: {
        id: exportId(declaration),
        location: declaration ? host.location(declaration.node) : location,
      },
    }),
    mention,
  };
  return { kind: "dataset", facts, call: of ?? call };
}

/** Reads a type alias or interface that is a dataset; undefined for other types. */
export function readDatasetType(
  host: CompilerHost,
  marks: MarkReader,
  schemas: PayloadSchemas,
  declaration: TypeDeclaration,
): DatasetFacts | undefined {
  const { marks: found, plain } = marks.read(declaration.type);
  const [mark] = found;
  if (!mark || mark.name === undefined || found.length > 1 || plain.length > 0) return undefined;
  const location = host.location(declaration.node);
  return {
    name: mark.name,
    form: "type",
    location,
    doc: host.doc(declaration.node),
    options: { value: {}, locations: new Map() },
    mention: { ...mark, location, schema: schemas.read(mark.types) },
  };
}
