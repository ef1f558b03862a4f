/** Edits of JSON files that people write: comments, trailing commas, indentation and line ends stay as they are. */
import {
  type Diagnostic,
  fail,
  type Json,
  type Location,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";

/** The way to a value: keys, and positions in arrays. */
export type JsonPath = readonly (string | number)[];

/** A JSON object as text. */
export class JsonText {
  #text: string;
  readonly #lineEnd: string;
  readonly #indent: string;

  private constructor(text: string) {
    this.#text = text;
    this.#lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
    this.#indent = /\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
  }

  /**
   * Reads a JSON object.
   *
   * @param file its name for people
   * @param isStrict without comments and trailing commas, as in a package.json
   * @param objects keys whose values, where there are any, are to be objects
   * @returns GLA4020 with its place where it is none
   */
  static read(
    file: string,
    text: string,
    isStrict: boolean,
    objects: readonly string[],
  ): Result<JsonText, Diagnostic> {
    const errors: ParseError[] = [];
    const tree = parseTree(withoutMark(text), errors, {
      allowTrailingComma: !isStrict,
      disallowComments: isStrict,
    });
    const [error] = errors;
    if (!error && tree?.type === "object") {
      const json = new JsonText(text);
      const wrong = objects.find((key) => !["object", undefined].includes(json.#node([key])?.type));
      if (wrong === undefined) return succeed(json);
      return fail(
        report("fileUneditable", { file, why: `'${wrong}' is no object` }, json.place(file, [wrong])),
      );
    }
    const why = error ? `it is not valid JSON (${errorText(error)})` : "it holds no JSON object";
    const start = (error?.offset ?? 0) + (text.length - withoutMark(text).length);
    return fail(report("fileUneditable", { file, why }, placeIn(file, text, start, error?.length ?? 0)));
  }

  get text(): string {
    return this.#text;
  }

  /** A value; undefined where there is none. */
  get(path: JsonPath): Json | undefined {
    const node = this.#node(path);
    return node && (getNodeValue(node) as Json);
  }

  /** Where a value is; undefined where there is none. */
  place(file: string, path: JsonPath): Location | undefined {
    const node = this.#node(path);
    return node && placeIn(file, this.#text, node.offset, node.length);
  }

  /** Sets a value, and makes the objects on the way to it. An existing value is replaced. */
  set(path: JsonPath, value: Json): void {
    const node = this.#node(path);
    if (node) {
      const written = this.#print(value, this.#indentAt(node.offset));
      this.#replace(node.offset, node.offset + node.length, written);
      return;
    }
    const parent = path.slice(0, -1);
    const key = String(path.at(-1));
    const owner = this.#node(parent);
    if (!owner) this.set(parent, { [key]: value });
    else this.#insert(owner, (indent) => `${JSON.stringify(key)}: ${this.#print(value, indent)}`);
  }

  /** Adds a value to the end of an array that is there. */
  append(path: JsonPath, value: Json): void {
    const array = this.#node(path);
    if (array) this.#insert(array, () => inline(value));
  }

  #node(path: JsonPath): Node | undefined {
    const mark = this.#text.length - withoutMark(this.#text).length;
    // The parser takes a byte order mark for an error; a space in its place keeps the offsets.
    const tree = parseTree(" ".repeat(mark) + this.#text.slice(mark), [], { allowTrailingComma: true });
    return tree && findNodeAtLocation(tree, [...path]);
  }

  /** Adds a member to the end of an object or array. */
  #insert(owner: Node, print: (indent: string) => string): void {
    const last = owner.children?.at(-1);
    const end = owner.offset + owner.length - 1;
    const inner = this.#text.slice(owner.offset + 1, end);
    if (!inner.includes("\n")) {
      const isEmpty = inner.trim() === "";
      if (last) this.#replace(last.offset + last.length, last.offset + last.length, `, ${print("")}`);
      else if (owner.type === "array" && isEmpty) this.#replace(owner.offset + 1, end, print(""));
      else {
        const indent = this.#indentAt(owner.offset);
        const member = `${this.#lineEnd}${indent}${this.#indent}${print(indent + this.#indent)}`;
        const from = isEmpty ? owner.offset + 1 : end;
        this.#replace(from, end, `${member}${this.#lineEnd}${indent}`);
      }
      return;
    }
    const indent = last ? this.#indentAt(last.offset) : this.#indentAt(owner.offset) + this.#indent;
    const begin = last ? last.offset + last.length : owner.offset + 1;
    const { comma, lineEnd } = this.#restOfLine(begin, end);
    const isClosed = lineEnd === end;
    const member = `${this.#lineEnd}${indent}${print(indent)}${comma === undefined ? "" : ","}`;
    this.#replace(lineEnd, lineEnd, isClosed && !last ? `${member}${this.#lineEnd}` : member);
    if (last && comma === undefined) this.#replace(begin, begin, ",");
  }

  /** The comma behind a member, and where the line ends that it is in, comments included. */
  #restOfLine(begin: number, end: number): { comma: number | undefined; lineEnd: number } {
    let comma: number | undefined;
    let lineEnd = begin;
    let isSameLine = true;
    // Behind the last member there are commas, comments and white space only.
    const tokens = this.#text.slice(begin, end).matchAll(/\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|\n|,/g);
    for (const { 0: token, index } of tokens) {
      const tokenEnd = begin + index + token.length;
      if (token === ",") comma = tokenEnd;
      if (token.includes("\n")) isSameLine = false;
      if (isSameLine || token === ",") lineEnd = tokenEnd;
    }
    return { comma, lineEnd };
  }

  #replace(start: number, end: number, text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }

  /** The indentation of the line that an offset is in. */
  #indentAt(offset: number): string {
    const start = this.#text.lastIndexOf("\n", offset - 1) + 1;
    return /^[ \t]*/.exec(this.#text.slice(start, offset))?.[0] ?? "";
  }

  /** Objects take a line for each member; what is inside of an array stays on one line. */
  #print(value: Json, indent: string): string {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return inline(value);
    const inner = indent + this.#indent;
    const members = Object.entries(value).map(
      ([key, member]) => `${inner}${JSON.stringify(key)}: ${this.#print(member as Json, inner)}`,
    );
    if (members.length === 0) return "{}";
    return `{${this.#lineEnd}${members.join(`,${this.#lineEnd}`)}${this.#lineEnd}${indent}}`;
  }
}

function placeIn(file: string, text: string, start: number, length: number): Location {
  const lines = text.slice(0, start).split(/\r?\n/);
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { file, line: lines.length, column, start, length: Math.max(1, length) };
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${inline(member as Json)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** `comma expected`. */
function errorText({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
