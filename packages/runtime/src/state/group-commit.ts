import type { StateDatabase } from "./state-database.js";

/** Commits what is written in one turn of the event loop together: a transaction costs more than what is in it. */
export class GroupCommit {
  readonly #database: StateDatabase;
  #changes: (() => void)[] = [];
  readonly #companions = new Set<() => void>();
  #group: Group | undefined;
  /** Of a group that nobody waited for. */
  #failure: Failure | undefined;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  /** Queues a change; changes are made in order. */
  add(change: () => void): void {
    this.#changes.push(change);
    this.schedule();
  }

  /** Has a group committed in this turn of the event loop, if only for what its companions have to write. */
  schedule(): void {
    if (this.#group) return;
    const group = new Group();
    this.#group = group;
    setImmediate(() => {
      if (this.#group === group) this.#commit(group);
    });
  }

  /** Something that is written along with every group. */
  accompany(companion: () => void): void {
    this.#companions.add(companion);
  }

  leave(companion: () => void): void {
    this.#companions.delete(companion);
  }

  /** Settles when everything that was added so far is committed; rejects with GLA5026 when some of it cannot be. */
  committed(): Promise<void> {
    this.schedule();
    const group = this.#group as Group;
    group.isAwaited = true;
    return group.promise;
  }

  /** Commits now. @throws GlacierError for GLA5026 */
  flush(): void {
    this.schedule();
    const group = this.#group as Group;
    // The caller hears of a failure.
    group.isAwaited = true;
    const failure = this.#commit(group);
    if (failure) throw failure.error;
  }

  #commit(group: Group): Failure | undefined {
    const changes = this.#changes;
    this.#changes = [];
    this.#group = undefined;
    const former = this.#failure;
    this.#failure = undefined;
    try {
      if (former) throw former.error;
      this.#database.change(() => {
        for (const change of changes) change();
        for (const companion of this.#companions) companion();
      });
      group.resolve();
      return undefined;
    } catch (error) {
      const failure = { error };
      if (!group.isAwaited) this.#failure = failure;
      group.reject(error);
      return failure;
    }
  }
}

interface Failure {
  readonly error: unknown;
}

class Group {
  isAwaited = false;
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // Without this, a group that nobody waits for would end the process.
    this.promise.catch(() => {});
  }
}
