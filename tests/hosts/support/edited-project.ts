/** A project that is edited through tsserver: what quick fixes and completions change is applied to its texts. */
import path from "node:path";
import { makeEditorProject, startServer } from "./editor.js";
import type { CodeFix, FileChanges, ServerDiagnostic, Tsserver } from "./tsserver.js";

export class EditedProject {
  readonly server: Tsserver;
  /** The server's folder: what file names are relative to. */
  readonly #folder: string;
  readonly #texts: Map<string, string>;

  constructor(server: Tsserver, files: Readonly<Record<string, string>>) {
    this.server = server;
    this.#folder = server.folder;
    this.#texts = new Map();
    this.write(files);
  }

  /** A project of its own in a server of its own, which ends with the test. */
  static of(files: Readonly<Record<string, string>>, options: Parameters<typeof makeEditorProject>[1] = {}) {
    return new EditedProject(startServer(makeEditorProject(files, options)), files);
  }

  /** Opens files with other texts, or further ones. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      this.#texts.set(file, text);
      this.server.open(file, text);
    }
  }

  text(file: string): string {
    return this.#texts.get(file) ?? "";
  }

  /** What TypeScript and the analyzer report, by file. */
  async diagnostics(): Promise<readonly { readonly file: string; readonly diagnostic: ServerDiagnostic }[]> {
    const found: { file: string; diagnostic: ServerDiagnostic }[] = [];
    for (const file of this.#texts.keys()) {
      for (const diagnostic of await this.server.diagnostics(file)) found.push({ file, diagnostic });
    }
    return found;
  }

  /** What is reported, each as a number and a text. */
  async problems(): Promise<readonly string[]> {
    const found = await this.diagnostics();
    return found.map(({ diagnostic: { code, message } }) =>
      code < 990_000 ? `TS${code}: ${message}` : message,
    );
  }

  /** The quick fixes for the first diagnostic of a number. */
  async fixes(code: number): Promise<readonly CodeFix[]> {
    const found = (await this.diagnostics()).find(({ diagnostic }) => diagnostic.code === code);
    if (!found) throw new Error(`There is no diagnostic ${code}`);
    return this.server.codeFixes(found.file, found.diagnostic);
  }

  /** Applies the quick fix that has a title, for the first diagnostic of a number. */
  async fix(code: number, title: string): Promise<void> {
    const fixes = await this.fixes(code);
    const fix = fixes.find(({ description }) => description === title);
    if (!fix) throw new Error(`No '${title}' among ${JSON.stringify(fixes.map((one) => one.description))}`);
    this.apply(fix.changes);
  }

  /** Changes texts as editors do: all places are those of the text as it was. */
  apply(changes: readonly FileChanges[]): void {
    for (const { fileName, textChanges } of changes) {
      const file = path.relative(this.#folder, fileName).split(path.sep).join("/");
      const before = this.text(file);
      const starts = [0, ...Array.from(before.matchAll(/\n/g), ({ index }) => index + 1)];
      const offset = ({ line, offset }: { line: number; offset: number }) =>
        (starts[line - 1] ?? 0) + offset - 1;
      let text = "";
      let done = 0;
      for (const { start, end, newText } of textChanges) {
        if (offset(start) < done) throw new Error(`Changes of ${file} overlap, or are in no order`);
        text += before.slice(done, offset(start)) + newText;
        done = offset(end);
      }
      this.#texts.set(file, text + before.slice(done));
      this.server.open(file, this.text(file));
    }
  }
}
