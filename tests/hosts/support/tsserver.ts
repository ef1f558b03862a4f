/** A real `tsserver` process, spoken to in its protocol. The benchmark uses it as well, outside of a test. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tsserverFile = fileURLToPath(
  new URL("../../../node_modules/typescript/lib/tsserver.js", import.meta.url),
);

/** A diagnostic as tsserver sends it when it is asked for positions in lines. */
export interface ServerDiagnostic {
  readonly message: string;
  readonly start: number;
  readonly length: number;
  readonly category: string;
  readonly code: number;
  readonly source?: string;
  readonly startLocation: Place;
  readonly endLocation: Place;
  readonly relatedInformation?: readonly {
    readonly message: string;
    readonly span?: { readonly file: string; readonly start: Place };
  }[];
}

/** A change of a file, as tsserver sends it. */
interface TextChange {
  readonly start: Place;
  readonly end: Place;
  readonly newText: string;
}

export interface FileChanges {
  readonly fileName: string;
  readonly textChanges: readonly TextChange[];
}

export interface CodeFix {
  readonly fixName: string;
  readonly description: string;
  readonly changes: readonly FileChanges[];
  readonly fixId?: string;
  readonly fixAllDescription?: string;
}

export interface Completion {
  readonly name: string;
  readonly sortText: string;
  readonly source?: string;
  readonly hasAction?: boolean;
  readonly data?: unknown;
  readonly labelDetails?: { readonly description?: string };
}

/** 1-based. */
interface Place {
  readonly line: number;
  readonly offset: number;
}

interface Span {
  readonly file: string;
  readonly start: Place;
}

interface DisplayPart {
  readonly text: string;
  readonly kind: string;
  readonly target?: Span;
}

interface Message {
  readonly type: "response" | "event";
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

export class Tsserver {
  /** Absolute: what file names are relative to. */
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (message: Message) => void; reject: (error: Error) => void }
  >();
  #sent = 0;
  #received: Buffer = Buffer.alloc(0);

  /**
   * Starts a server for a project.
   *
   * @param pluginFolder a folder whose `node_modules` has further plugins
   */
  constructor(folder: string, pluginFolder?: string) {
    this.folder = folder;
    const options = ["--disableAutomaticTypingAcquisition", "--suppressDiagnosticEvents"];
    if (pluginFolder !== undefined) options.push("--pluginProbeLocations", pluginFolder);
    this.#process = spawn(process.execPath, [tsserverFile, ...options], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#process.on("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("tsserver has ended"));
    });
  }

  stop(): void {
    this.#process.kill();
  }

  /** Opens a file, as it is on disk or with another text. */
  open(file: string, fileContent?: string): void {
    this.#send("open", { file: this.#path(file), ...(fileContent !== undefined && { fileContent }) });
  }

  close(file: string): void {
    this.#send("close", { file: this.#path(file) });
  }

  /** Replaces the only occurrence of a text in an open file whose text is given; returns the new text. */
  replace(file: string, text: string, from: string, to: string): string {
    const at = text.indexOf(from);
    if (at < 0 || text.includes(from, at + 1)) throw new Error(`'${from}' must occur once in ${file}`);
    const start = placeOf(text, at);
    const end = placeOf(text, at + from.length);
    this.#send("change", {
      file: this.#path(file),
      line: start.line,
      offset: start.offset,
      endLine: end.line,
      endOffset: end.offset,
      insertString: to,
    });
    return text.slice(0, at) + to + text.slice(at + from.length);
  }

  async diagnostics(file: string): Promise<readonly ServerDiagnostic[]> {
    const body = await this.request("semanticDiagnosticsSync", {
      file: this.#path(file),
      includeLinePosition: true,
    });
    return body as readonly ServerDiagnostic[];
  }

  /** What concerns no file. */
  async projectDiagnostics(
    tsconfig = "tsconfig.json",
  ): Promise<readonly { readonly message: string; readonly code: number }[]> {
    const projectFileName = path.join(this.folder, tsconfig);
    const body = await this.request("compilerOptionsDiagnostics-full", { projectFileName });
    return body as readonly { message: string; code: number }[];
  }

  /** The documentation that is shown at the first occurrence of a text; with links, or as plain text. */
  async hover(file: string, text: string, at: string, hasLinks = false): Promise<string> {
    await this.request("configure", { preferences: { displayPartsForJSDoc: hasLinks } });
    const place = placeOf(text, text.indexOf(at));
    const body = await this.request("quickinfo", { file: this.#path(file), ...place });
    const { documentation } = body as { documentation: string | readonly DisplayPart[] };
    return typeof documentation === "string" ? documentation : this.#markdown(documentation);
  }

  /** As VS Code makes Markdown of it: `[name](place)`. */
  #markdown(parts: readonly DisplayPart[]): string {
    return parts
      .filter(({ text, kind }) => kind !== "link" || !["{@linkcode ", "}"].includes(text))
      .map(({ text, target }) => (target ? `[\`${text}\`](${this.#spanText(target)})` : text))
      .join("");
  }

  /** The quick fixes for a diagnostic. */
  async codeFixes(file: string, diagnostic: ServerDiagnostic): Promise<readonly CodeFix[]> {
    const { startLocation: start, endLocation: end, code } = diagnostic;
    const body = await this.request("getCodeFixes", {
      file: this.#path(file),
      startLine: start.line,
      startOffset: start.offset,
      endLine: end.line,
      endOffset: end.offset,
      errorCodes: [code],
    });
    return body as readonly CodeFix[];
  }

  /** What is completed at a place in an open file whose text is given, in the order in which editors show it. */
  async completions(file: string, text: string, offset: number): Promise<readonly Completion[]> {
    const preferences = { includeCompletionsForModuleExports: true, includeCompletionsWithInsertText: true };
    await this.request("configure", { preferences });
    const place = { file: this.#path(file), ...placeOf(text, offset) };
    const body = await this.request("completionInfo", { ...place, includeExternalModuleExports: true });
    // As VS Code and typescript-language-server order them.
    const order = ({ sortText, source, hasAction }: Completion) =>
      (source && hasAction ? "\uffff" : "") + sortText;
    return (body as { entries: readonly Completion[] }).entries.toSorted((a, b) =>
      order(a) < order(b) ? -1 : 1,
    );
  }

  /** The changes that come with a completion, and its documentation. */
  async completionDetails(
    file: string,
    text: string,
    offset: number,
    { name, source, data }: Completion,
  ): Promise<{ readonly changes: readonly FileChanges[]; readonly documentation: string }> {
    const place = { file: this.#path(file), ...placeOf(text, offset) };
    const body = await this.request("completionEntryDetails", {
      ...place,
      entryNames: [{ name, source, data }],
    });
    const [details] = body as readonly {
      readonly codeActions?: readonly { readonly changes: readonly FileChanges[] }[];
      readonly documentation: readonly DisplayPart[];
    }[];
    return {
      changes: details?.codeActions?.flatMap((action) => action.changes) ?? [],
      documentation: this.#markdown(details?.documentation ?? []),
    };
  }

  /** The numbers of the diagnostics that have quick fixes; VS Code asks without a file. */
  async supportedCodeFixes(file?: string): Promise<readonly string[]> {
    const body = await this.request(
      "getSupportedCodeFixes",
      file === undefined ? undefined : { file: this.#path(file) },
    );
    return body as readonly string[];
  }

  /** The changes of one kind of quick fix for the whole file. */
  async combinedCodeFix(file: string, fixId: string): Promise<readonly FileChanges[]> {
    const scope = { type: "file", args: { file: this.#path(file) } };
    const body = await this.request("getCombinedCodeFix", { scope, fixId });
    return (body as { changes: readonly FileChanges[] }).changes;
  }

  /** Where going to the definition of the first occurrence of a text leads: `src/tasks.ts:4:17`. */
  async definitions(file: string, text: string, at: string): Promise<readonly string[]> {
    const place = placeOf(text, text.indexOf(at));
    const body = await this.request("definitionAndBoundSpan", { file: this.#path(file), ...place });
    return (body as { definitions: readonly Span[] }).definitions.map((span) => this.#spanText(span));
  }

  /** The references of the first occurrence of a text. */
  async references(file: string, text: string, at: string): Promise<readonly string[]> {
    const place = placeOf(text, text.indexOf(at));
    const body = await this.request("references", { file: this.#path(file), ...place });
    return (body as { refs: readonly Span[] }).refs.map((span) => this.#spanText(span));
  }

  #spanText({ file, start }: Span): string {
    const name = path.relative(this.folder, file).split(path.sep).join("/");
    return `${name}:${start.line}:${start.offset}`;
  }

  /** Sends a request and waits for its response. */
  async request(command: string, commandArguments?: object): Promise<unknown> {
    const sequence = this.#send(command, commandArguments);
    const message = await new Promise<Message>((resolve, reject) => {
      this.#waiting.set(sequence, { resolve, reject });
    });
    if (message.success !== true) throw new Error(`${command}: ${message.message}`);
    return message.body;
  }

  #path(file: string): string {
    return path.join(this.folder, file);
  }

  #send(command: string, commandArguments?: object): number {
    const seq = ++this.#sent;
    const message = JSON.stringify({ seq, type: "request", command, arguments: commandArguments });
    this.#process.stdin?.write(`${message}\n`);
    return seq;
  }

  /** A message is a header with the length of its body, an empty line, and the body. */
  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#received.toString("latin1", 0, 64));
      if (!header) return;
      const end = header[0].length + Number(header[1]);
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString("utf8", header[0].length, end)) as Message;
      this.#received = this.#received.subarray(end);
      if (message.type !== "response" || message.request_seq === undefined) continue;
      this.#waiting.get(message.request_seq)?.resolve(message);
      this.#waiting.delete(message.request_seq);
    }
  }
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, offset: (before.at(-1)?.length ?? 0) + 1 };
}
