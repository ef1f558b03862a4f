/**
 * The text of a type, the same from every compiler and in every run. Compilers print the members of a union in the order
 * in which they came across them, and those of an object that was made by a spread each in an order of its own.
 */
import path from "node:path";
import { compareText } from "@glacier-ts/core";

/**
 * @param text as a compiler prints it
 * @param relative names a module from the project's folder
 */
export function typeText(text: string, relative: (fileName: string) => string): string {
  const named = text.replace(
    /import\("([^"]*)"(?:, \{ with: \{[^}]*\} \})?\)(\.)?/g,
    // Whether a name is said with its module depends on what else is in scope.
    (_, module: string, dot: string | undefined) =>
      dot ? "" : `import("${path.isAbsolute(module) ? relative(module) : module}")`,
  );
  return / \| |; /.test(named) ? sorted(named) : named;
}

/** A quoted text is one token; an arrow's `>` closes nothing; a union goes on until one of the separators. */
const tokens =
  /"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[<({[]|[\]})>]| \| | => |; ?|, | [?:] |: | extends | is | in | as | = /g;

/** A group in brackets that is being read. */
interface Group {
  /** What is before the current union. */
  before: string;
  /** The members of the current union, the last one still open. */
  union: string[];
  /** Members of an object that are complete. */
  readonly members: string[];
}

function sorted(text: string): string {
  const open: Group[] = [{ before: "", union: [""], members: [] }];
  let position = 0;
  const group = () => open.at(-1) as Group;
  const append = (part: string) => {
    const { union } = group();
    union[union.length - 1] += part;
  };
  for (const { 0: token, index } of text.matchAll(tokens)) {
    append(text.slice(position, index));
    position = index + token.length;
    if (token === " | ") group().union.push("");
    else if (/^["`]/.test(token)) append(token);
    else if (/^[<({[]$/.test(token)) {
      append(token);
      open.push({ before: "", union: [""], members: [] });
    } else if (/^[\]})>]$/.test(token)) {
      const closed = open.length > 1 ? closedText(open.pop() as Group) : "";
      append(closed + token);
    } else if (token.startsWith(";")) {
      group().members.push(unionText(group()));
      Object.assign(group(), { before: "", union: [""] });
    } else {
      Object.assign(group(), { before: unionText(group()) + token, union: [""] });
    }
  }
  append(text.slice(position));
  return open.map(closedText).join("");
}

function closedText(group: Group): string {
  const rest = unionText(group);
  if (group.members.length === 0) return rest;
  const members = group.members.map((member) => member.trim());
  return ` ${members.sort(compareMembers).join("; ")};${rest === "" ? " " : rest}`;
}

function unionText({ before, union }: Group): string {
  return before + union.toSorted(compareUnionMembers).join(" | ");
}

/** Null and undefined come last, as compilers print them. */
function compareUnionMembers(a: string, b: string): number {
  const rank = (text: string) => ["null", "undefined"].indexOf(text);
  return rank(a) - rank(b) || compareText(a, b);
}

/** Signatures stay before properties and in their order; a property whose key is a symbol comes last. */
function compareMembers(a: string, b: string): number {
  const rank = (text: string) =>
    /^(?:readonly )?\[[^\]]*: |^(?:new )?[(<]/.test(text) ? 0 : /^(?:readonly )?\[/.test(text) ? 2 : 1;
  const name = (text: string) => text.replace(/^readonly /, "");
  return rank(a) - rank(b) || (rank(a) === 0 ? 0 : compareText(name(a), name(b)));
}
