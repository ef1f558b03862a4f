import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestSources } from "@glacier-ts/storage/validate";

/** Files with the generated code of tests: it takes longer to generate than to read. */
export class TestFiles implements TestSources {
  readonly #folder: string;

  /** @param stateFolder `.glacier` */
  constructor(stateFolder: string) {
    this.#folder = path.join(stateFolder, "validators");
  }

  read(name: string): string | undefined {
    try {
      return readFileSync(this.#fileOf(name), "utf8");
    } catch {
      return undefined;
    }
  }

  write(name: string, source: string): void {
    try {
      mkdirSync(this.#folder, { recursive: true });
      const aside = this.#fileOf(`.${name}-${randomBytes(4).toString("hex")}`);
      writeFileSync(aside, source);
      renameSync(aside, this.#fileOf(name));
    } catch {
      // It is generated again next time.
    }
  }

  /** Removes all of them, also what killed processes have left: they are generated again. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, `${name}.cjs`);
  }
}
