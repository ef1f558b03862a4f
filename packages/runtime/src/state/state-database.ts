import { suspectDamage } from "./open-database.js";
import { type Database, inTransaction, type Statement } from "./sqlite.js";
import { damageText, stateError } from "./state-error.js";

/** The open database: statements that are prepared once, transactions, and errors in the user's words. */
export class StateDatabase {
  /** Of the state: absolute. */
  readonly folder: string;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(folder: string, database: Database) {
    this.folder = folder;
    this.#database = database;
  }

  statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** @throws GlacierError for GLA5026 where the database cannot be read or written */
  use<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.translate(error);
    }
  }

  /**
   * Runs `change` in a transaction of its own.
   * @throws GlacierError for GLA5026; nothing was changed then
   */
  change<T>(change: () => T): T {
    return this.use(() => inTransaction(this.#database, change));
  }

  /** As `change`, and takes everything back: what would be. */
  rehearse<T>(change: () => T): T {
    return this.use(() => inTransaction(this.#database, change, "ROLLBACK"));
  }

  translate(error: unknown): unknown {
    if (damageText(error) !== undefined) suspectDamage(this.folder);
    return stateError(this.folder, error);
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  close(): void {
    this.#database.close();
  }
}
