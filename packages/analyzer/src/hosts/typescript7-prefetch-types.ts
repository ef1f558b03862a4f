import type { ObjectType, Symbol as Symbol7, Type } from "typescript7/sync";
import type { Declaration } from "../compiler-host.js";
import type { Answers, Typescript7 } from "./typescript7-answers.js";
import type { Ask, Question } from "./typescript7-question.js";

/** A type that is still new at this depth is left to the readers. */
const maxDepth = 32;

/**
 * Asks for types and for what they are made of, all types of one depth together: members, type arguments, signatures,
 * properties.
 *
 * The schema of a dataset is code, and its type may lead through a whole library: what is called so is left out.
 *
 * @param originOf where a symbol is declared: nobody looks into named types of the library and of core
 */
export function prefetchTypes(
  { TypeFlags, ObjectFlags }: Typescript7["sync"],
  answers: Answers,
  ask: Ask,
  originOf: (symbol: Symbol7) => Declaration["origin"] | undefined,
  types: readonly Type[],
): void {
  const has = (type: Type, flags: number) => (type.flags & flags) !== 0;
  const structured = TypeFlags.Object | TypeFlags.Union | TypeFlags.Intersection;
  const hasObjectFlag = (type: Type, flag: number) =>
    has(type, TypeFlags.Object) && ((type as ObjectType).objectFlags & flag) !== 0;
  const isReference = (type: Type) => hasObjectFlag(type, ObjectFlags.Reference);
  /** It has no name: it is what it is made of. */
  const isAnonymous = (type: Type) => hasObjectFlag(type, ObjectFlags.Anonymous | ObjectFlags.Mapped);
  /** The type of an object literal. */
  const isWritten = (type: Type) => hasObjectFlag(type, ObjectFlags.ObjectLiteral);
  const isOpen = (type: Type) => {
    if (!has(type, TypeFlags.Object) || type.isTupleType()) return false;
    if (isAnonymous(type)) return true;
    const symbol = answers.symbolOf.known(type);
    const origin = symbol && originOf(symbol);
    return origin !== "lib" && origin !== "core";
  };
  /** An intersection of objects is read as one object. */
  const isObjects = (type: Type) =>
    has(type, TypeFlags.Intersection) && (answers.members.known(type) ?? []).every(isOpen);
  /** Of a resource nobody reads the value: a client's type may lead through a whole library. */
  const isResource = (type: Type) =>
    has(type, TypeFlags.Intersection) &&
    (answers.members.known(type) ?? []).some((member) => {
      const symbol = answers.symbolOf.known(member);
      return symbol?.name === "ResourceMark" && originOf(symbol) === "core";
    });
  const known = <Key, Answer>(question: Question<Key, readonly Answer[]>, keys: readonly Key[]) =>
    keys.flatMap((key) => question.known(key) ?? []);

  const seen = new Set<Type>();
  let level = newOf(types, seen);
  for (let depth = 0; level.length > 0 && depth < maxDepth; depth++) {
    const groups = level.filter((type) => has(type, TypeFlags.Union | TypeFlags.Intersection));
    const references = level.filter(isReference);
    ask([
      ...answers.members.about(groups),
      ...answers.typeArguments.about(references),
      ...answers.symbolOf.about(level.filter((type) => !isAnonymous(type))),
      ...answers.aliasOf.about(level.filter((type) => has(type, structured))),
    ]);
    const members = known(answers.members, groups);
    ask(answers.symbolOf.about(members.filter((type) => !isAnonymous(type))));

    const objects = level.filter((type) => isOpen(type) || isObjects(type));
    ask(answers.signatures.about(objects));
    const signatures = known(answers.signatures, objects);
    const plain = objects.filter((type) => answers.signatures.known(type)?.length === 0);
    const declared = plain.filter((type) => !isWritten(type) && !isObjects(type));
    ask([
      ...answers.properties.about(plain),
      ...answers.indexInfos.about(declared),
      ...answers.symbolOf.about(declared),
      ...answers.parameters.about(signatures),
      ...answers.returnType.about(signatures),
    ]);
    const properties = known(answers.properties, plain).filter(({ name }) => name !== "schema");
    const symbols = [...properties, ...known(answers.parameters, signatures)];
    ask(answers.typeOf.about(symbols));
    const next = [
      ...known(
        answers.members,
        groups.filter((type) => !isObjects(type) && !isResource(type)),
      ),
      ...known(answers.typeArguments, references),
      ...symbols.flatMap((symbol) => answers.typeOf.known(symbol) ?? []),
      ...signatures.flatMap((signature) => answers.returnType.known(signature) ?? []),
    ];
    level = newOf(next, seen);
  }
}

function newOf(types: readonly Type[], seen: Set<Type>): readonly Type[] {
  const found = [...new Set(types)].filter((type) => !seen.has(type));
  for (const type of found) seen.add(type);
  return found;
}
