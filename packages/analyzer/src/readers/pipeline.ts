import { type Diagnostic, report } from "@glacier-ts/core";
import type { CompilerHost, CompilerSymbol, Declaration, Expression, Node, Type } from "../compiler-host.js";
import {
  type ElementFacts,
  isDeclarationFile,
  mentionsDataset,
  type PipelineFacts,
  type TaskFacts,
} from "../model.js";
import { arrayElements } from "./array-elements.js";
import { constantExpression, exportedDeclaration, isElsewhere, originalDeclaration } from "./constant.js";
import { coreFunction, exportId, unexported } from "./core-call.js";
import { holdsTasks, isSchema, isTask } from "./exported-tasks.js";
import { firstLine } from "./first-line.js";
import { type ListedResources, readResources } from "./resource.js";
import { isMadeByCheck, isMadeByTask, type TaskReader } from "./task.js";

const noResources: ListedResources = { resources: [], diagnostics: [], lacksResources: false };

/** Reads calls of `pipeline({ name, tasks, checks, resources })`. */
export class PipelineReader {
  readonly #host: CompilerHost;
  readonly #tasks: TaskReader;

  constructor(host: CompilerHost, tasks: TaskReader) {
    this.#host = host;
    this.#tasks = tasks;
  }

  /** The facts, undefined where there is no name to go by; and what could not be read. */
  read(call: Node): { facts: PipelineFacts | undefined; diagnostics: readonly Diagnostic[] } {
    const host = this.#host;
    const expression = host.expression(call);
    const [argument] = expression.kind === "call" ? expression.arguments : [];
    if (!argument) return { facts: undefined, diagnostics: [] };
    const options = constantExpression(host, argument);
    if (options.kind !== "object") {
      const found = host.print(host.typeAt(argument));
      return {
        facts: undefined,
        diagnostics: [report("unreadablePipeline", { found }, host.location(argument))],
      };
    }
    const {
      name: nameNode,
      tasks: tasksNode,
      checks: checksNode,
      resources: resourcesNode,
      unread,
    } = readProperties(host, options);
    if (unread && !(nameNode && tasksNode)) {
      const found = `'${firstLine(host.text(unread))}', which cannot be read`;
      return {
        facts: undefined,
        diagnostics: [report("unreadablePipeline", { found }, host.location(unread))],
      };
    }
    if (!nameNode) return { facts: undefined, diagnostics: [] };
    const name = host.literal(host.typeAt(nameNode)) ?? literalValue(constantExpression(host, nameNode));
    if (typeof name !== "string") {
      const details = { what: "pipeline", type: host.print(host.typeAt(nameNode)) } as const;
      return { facts: undefined, diagnostics: [report("dynamicName", details, host.location(nameNode))] };
    }

    const elements = new ElementReader(host, this.#tasks, name);
    if (tasksNode) elements.readTasks(tasksNode);
    if (checksNode) elements.readChecks(checksNode);
    const listed = resourcesNode ? readResources(host, resourcesNode, name) : noResources;
    const declaration = host.declarationOfValue(call);
    return {
      facts: {
        id: exportId(declaration),
        name,
        location: host.location(declaration?.node ?? call),
        nameLocation: host.location(nameNode),
        doc: host.doc(call),
        elements: elements.elements,
        isIncomplete: elements.isIncomplete || (unread !== undefined && !checksNode),
        resources: listed.resources,
        lacksResources: listed.lacksResources || (unread !== undefined && !resourcesNode),
      },
      diagnostics: [...elements.diagnostics, ...listed.diagnostics],
    };
  }
}

/** Reads the elements of `tasks` and `checks` of one pipeline. */
class ElementReader {
  readonly elements: ElementFacts[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** An element could not be read, which was reported here or where it is declared. */
  isIncomplete = false;
  readonly #host: CompilerHost;
  readonly #tasks: TaskReader;
  readonly #pipeline: string;

  constructor(host: CompilerHost, tasks: TaskReader, pipeline: string) {
    this.#host = host;
    this.#tasks = tasks;
    this.#pipeline = pipeline;
  }

  /** Reads `tasks`: an array, an object or a module, as it is or by the name of a constant. */
  readTasks(node: Node): void {
    const host = this.#host;
    const isOwn = !isElsewhere(host, node);
    const expression = constantExpression(host, node);
    if (expression.kind === "array" && isOwn) return this.#array(expression);
    if (expression.kind === "object" && isOwn) return this.#object(expression);
    const symbol = expression.kind === "identifier" ? host.symbolAt(expression.node) : undefined;
    if (symbol && host.declarationOf(symbol)?.kind === "module") return this.#module(symbol, node);
    const details = { pipeline: this.#pipeline, found: host.print(host.typeAt(node)) };
    this.isIncomplete = true;
    this.diagnostics.push(report("unreadableTasks", details, host.location(node)));
  }

  /** Reads `checks`: an array of constants that `check()` has made, as it is or by the name of a constant. */
  readChecks(node: Node): void {
    const host = this.#host;
    const array = constantExpression(host, node);
    if (array.kind !== "array" || isElsewhere(host, node))
      return this.#refuseCheck(node, "its elements are not known when the project is compiled");
    for (const { node: element, why } of arrayElements(host, array, "checks")) {
      if (why === undefined) this.#check(element);
      else this.#refuseCheck(element, why);
    }
  }

  #check(node: Node): void {
    const host = this.#host;
    const symbol = host.symbolAt(node);
    const declared = host.declarationOfValue(node) ?? (symbol && host.declarationOf(symbol));
    if (coreFunction(host, host.expression(node).node) === "check" && declared?.exportPath === undefined) {
      // Reported at the call, which is the value of no export.
      this.isIncomplete = true;
      return;
    }
    if (!declared) return this.#refuseCheck(node, "it is not the name of an exported constant");
    const original = originalDeclaration(host, declared);
    const type = symbol ? host.typeOf(symbol) : host.typeAt(node);
    if (!isMadeByCheck(host, type))
      return this.#refuseCheck(node, `it is ${host.print(type)}, which check() has not made`);
    const id = exportId(original);
    const { file, exportPath } = original;
    if (id === undefined || exportPath === undefined) return this.#refuseCheck(node, unexported(original));
    const call = this.#wrapping(original, "check");
    const isSource = !isDeclarationFile(file);
    if (isSource && !(call && this.#tasks.isReadable(call)))
      return this.#refuseCheck(node, "the call of check() that made it is not its value");
    const location = host.location(node);
    const text = firstLine(host.text(node));
    const element = { isCheck: true as const, key: undefined, location, text, id };
    if (original.origin !== "other") {
      this.elements.push({ ...element, plain: undefined });
      return;
    }
    const plain =
      (call && this.#tasks.readCallAt(call, location)) ?? this.#tasks.readFunction(original, type, location);
    const { line } = host.location(original.node);
    this.elements.push({ ...element, plain, other: { file, exportPath, line, isMadeByTask: true } });
  }

  #refuseCheck(node: Node, why: string): void {
    const host = this.#host;
    const details = { element: firstLine(host.text(node)), pipeline: this.#pipeline, why };
    this.isIncomplete = true;
    this.diagnostics.push(report("notACheck", details, host.location(node)));
  }

  #array(array: Extract<Expression, { kind: "array" }>): void {
    const host = this.#host;
    for (const { node, why } of arrayElements(host, array, "tasks")) {
      if (why === undefined) this.#element(node, undefined, host.symbolAt(node));
      else this.#refuse(node, why);
    }
  }

  #object(object: Extract<Expression, { kind: "object" }>): void {
    const host = this.#host;
    for (const { key, value, node, isSpread } of object.properties) {
      if (isSpread || key === undefined) {
        this.#refuse(node, "the keys of an object of tasks must be written in it");
      } else if (!value) {
        this.#refuse(node, "a method has no export by which a worker could find it");
      } else if (this.#isElement(value)) {
        this.#element(value, key, host.symbolAt(value));
      } else if (holdsTasks(host, this.#tasks, host.typeAt(value))) {
        this.#refuse(value, `it holds functions, ${nested}`);
      }
    }
  }

  /** Whether a property of an object of tasks is one of them, or may be: other properties are left alone. */
  #isElement(value: Node): boolean {
    const type = this.#host.typeAt(value);
    return this.#host.signatures(type).length > 0 || isOpaque(this.#host, type);
  }

  /** The exports of a module that mention datasets, each once; a module's keys are in the order of their names, as in JavaScript. */
  #module(module: CompilerSymbol, node: Node): void {
    const host = this.#host;
    const seen = new Set<string | undefined>();
    for (const { name, symbol } of host.exportsOf(module)) {
      const declaration = host.declarationOf(symbol);
      if (!declaration) continue;
      const type = host.typeOf(symbol);
      if (isSchema(host, type)) continue;
      const original = originalDeclaration(host, declaration);
      const isOther = original.origin === "other";
      const call = isOther ? undefined : this.#wrapping(original);
      // Which of them a pipeline has is in its `checks`.
      if (!call && isMadeByCheck(host, type, original)) continue;
      if (!call && host.signatures(type).length === 0) {
        if (holdsTasks(host, this.#tasks, type))
          this.#refuse(node, `its export '${name}' holds functions, ${nested}`);
        else if (isOpaque(host, type) && this.#isWrittenAsTask(original))
          this.#refuse(node, `its export '${name}' is ${host.print(type)}, which is no function`);
        continue;
      }
      const found = call ? original : exportedDeclaration(host, declaration);
      const id = exportId(found);
      if (id !== undefined && seen.has(id)) continue;
      seen.add(id);
      if (isOther) {
        const { read, isTask } = this.#readOther(node, original, type);
        if (isTask) this.#addOther(node, name, original, type, read);
        continue;
      }
      const plain = call ? undefined : this.#tasks.readFunction(found, type);
      if (call) this.#wrapped(node, name, original, call);
      else if (isMadeByTask(host, type))
        this.#refuse(node, `the call of task() that made '${name}' is not its value`);
      else if (plain && mentionsDataset(plain)) this.#add(node, name, found, plain);
    }
  }

  #element(node: Node, key: string | undefined, symbol: CompilerSymbol | undefined): void {
    const host = this.#host;
    const { kind } = host.expression(node);
    const isMadeHere = kind === "function" || kind === "call";
    // A property of an exported object is found by the names of the two.
    const held = key === undefined ? undefined : host.declarationOfValue(node);
    const isHeld = held?.exportPath !== undefined;
    if (isMadeHere && !isHeld) return this.#madeInPlace(node);
    const declared = isHeld ? held : symbol && host.declarationOf(symbol);
    if (!declared) return this.#refuse(node, "it is not the name of a function");
    const original = originalDeclaration(host, declared);
    const isOther = original.origin === "other";
    const call = isOther ? undefined : this.#wrapping(original);
    if (call) return this.#wrapped(node, key, original, call);
    const declaration = isOther ? original : exportedDeclaration(host, declared);
    const type = isMadeHere || !symbol ? host.typeAt(node) : host.typeOf(symbol);
    if (isMadeByCheck(host, type, original)) return this.#refuse(node, listedInChecks);
    if (host.signatures(type).length === 0)
      return this.#refuse(node, `it is ${host.print(type)}, which is no function`);
    if (isOther) {
      const { read, isTask } = this.#readOther(node, declaration, type);
      return isTask
        ? this.#addOther(node, key, declaration, type, read)
        : this.#refuse(node, "it neither reads nor produces a dataset");
    }
    const isFound = declaration.origin === "project" && exportId(declaration) !== undefined;
    if (isFound && isMadeByTask(host, type)) return this.#refuse(node, madeElsewhere);
    const plain = this.#tasks.readFunction(declaration, type);
    if (!mentionsDataset(plain)) return this.#refuse(node, "it neither reads nor produces a dataset");
    this.#add(node, key, declaration, plain);
  }

  #madeInPlace(node: Node): void {
    if (isMadeByCheck(this.#host, this.#host.typeAt(node))) return this.#refuse(node, listedInChecks);
    if (coreFunction(this.#host, this.#host.expression(node).node) === "task") {
      // Reported at the call, which is the value of no export.
      this.isIncomplete = true;
    } else this.#refuse(node, "what is made in place has no export by which a worker could find it");
  }

  /** A function that `task()` made. */
  #wrapped(at: Node, key: string | undefined, declaration: Declaration, call: Node): void {
    if (!this.#tasks.isReadable(call)) {
      return this.#refuse(at, "the options and the function must be written in its call of task()");
    }
    if (exportId(declaration) === undefined) {
      // Reported at the call.
      this.isIncomplete = true;
      return;
    }
    this.#add(at, key, declaration, undefined);
  }

  #add(at: Node, key: string | undefined, declaration: Declaration, plain: ElementFacts["plain"]): void {
    const host = this.#host;
    const id = exportId(declaration);
    if (id === undefined) return this.#refuse(at, unexported(declaration));
    this.elements.push({ key, location: host.location(at), text: firstLine(host.text(at)), id, plain });
  }

  /** A function of another project: its source may be there, or its declaration only. Every place is the element. */
  #readOther(node: Node, declaration: Declaration, type: Type): { read: TaskFacts; isTask: boolean } {
    const location = this.#host.location(node);
    const call = this.#wrapping(declaration);
    const read =
      (call && this.#tasks.readCallAt(call, location)) ??
      this.#tasks.readFunction(declaration, type, location);
    const isTask = mentionsDataset(read) || isMadeByTask(this.#host, type);
    return { read, isTask };
  }

  #addOther(at: Node, key: string | undefined, declaration: Declaration, type: Type, plain: TaskFacts): void {
    const host = this.#host;
    const { file, exportPath } = declaration;
    if (plain.id === undefined || exportPath === undefined) return this.#refuse(at, unexported(declaration));
    const isMade = isMadeByTask(host, type);
    // Of a source the call is known; of a declaration file, the manifest has to know the task.
    if (isMade && !isDeclarationFile(file) && !this.#wrapping(declaration)) {
      return this.#refuse(at, madeElsewhere);
    }
    const { line } = host.location(declaration.node);
    const other = { file, exportPath, line, isMadeByTask: isMade };
    this.elements.push({
      key,
      location: host.location(at),
      text: firstLine(host.text(at)),
      id: plain.id,
      plain,
      other,
    });
  }

  #refuse(node: Node, why: string): void {
    const host = this.#host;
    const details = { element: firstLine(host.text(node)), pipeline: this.#pipeline, why };
    this.isIncomplete = true;
    this.diagnostics.push(report("notATask", details, host.location(node)));
  }

  /** Whether the value of a declaration is a function that mentions a dataset, whatever type the declaration gives it. */
  #isWrittenAsTask({ initializer }: Declaration): boolean {
    const host = this.#host;
    return (
      initializer !== undefined && isTask(host, this.#tasks, host.typeAt(host.expression(initializer).node))
    );
  }

  /** The call of `task()`, or of `check()`, that made a function; undefined for a plain one. */
  #wrapping({ initializer }: Declaration, by: "task" | "check" = "task"): Node | undefined {
    const value = initializer && this.#host.expression(initializer);
    return value?.kind === "call" && coreFunction(this.#host, value.node) === by ? value.node : undefined;
  }
}

const listedInChecks = "it is a check, which is listed in `checks`";
const madeElsewhere = "the call of task() that made it is not its value";
const nested = "and tasks cannot be nested: list them by their names";

/** The options of a pipeline that are written in an object, or in constants that are spread into it; the last one counts. */
function readProperties(
  host: CompilerHost,
  object: Extract<Expression, { kind: "object" }>,
  open: ReadonlySet<Node> = new Set(),
): {
  name?: Node | undefined;
  tasks?: Node | undefined;
  checks?: Node | undefined;
  resources?: Node | undefined;
  unread?: Node | undefined;
} {
  let found: ReturnType<typeof readProperties> = {};
  for (const { key, value, node, isSpread } of object.properties) {
    if (key === "name" || key === "tasks" || key === "checks" || key === "resources") {
      found = { ...found, [key]: value, ...(!value && { unread: node }) };
      continue;
    }
    if (key !== undefined) continue;
    const spread = isSpread && value ? constantExpression(host, value) : undefined;
    // What is written before a spread that cannot be read may be replaced by it.
    const isRead = spread?.kind === "object" && !open.has(spread.node);
    found = isRead
      ? { ...found, ...readProperties(host, spread, new Set([...open, object.node])) }
      : { unread: node };
  }
  return found;
}

/** Whether a type says nothing of its values. */
function isOpaque(host: CompilerHost, type: Type): boolean {
  return ["any", "unknown"].includes(host.kind(type));
}

function literalValue(expression: Expression): unknown {
  return expression.kind === "literal" ? expression.value : undefined;
}
