/** Which tasks of a pipeline are meant: `clean`, `+metrics`, `tag:nightly,state:changed+`. */
import { report } from "./catalog.js";
import type { Diagnostic } from "./diagnostic.js";
import { type Graph, type GraphDataset, type GraphTask, getTask, type TaskId } from "./graph.js";
import { fail, type Result, succeed } from "./result.js";
import { suggest } from "./suggest.js";

export interface SelectOptions {
  /** Expressions for what is left out of the selection. */
  readonly exclude?: readonly string[];
  /** Whether a task differs from its last successful run; by default nothing is known of one, so each does. */
  readonly isChanged?: (task: TaskId) => boolean;
}

/**
 * Selects tasks by expressions.
 *
 * | term                             | what it selects                                                     |
 * | -------------------------------- | ------------------------------------------------------------------- |
 * | `clean`, `src/tasks.ts#clean`    | the task of that name or id                                         |
 * | `clean_*`, `src/sales/*`         | tasks whose names (with `/` or `#`: ids) match; `?` is one letter   |
 * | `tag:nightly`                    | tasks with the tag                                                  |
 * | `dataset:clean_users`            | the producer of the dataset                                         |
 * | `state:changed`                  | tasks that `isChanged` says so of                                   |
 * | `+clean`, `clean+`, `+clean+`    | and all that they read from, or that reads from them, through others |
 * | `2+clean`, `clean+1`             | and those over two edges, or one edge, at most                      |
 * | `tag:nightly,clean+`             | tasks that all of the terms select                                  |
 * | `extract clean`                  | tasks that any of the terms selects                                 |
 *
 * A term that is the name of a task is that task, also where it reads as something else. Tags and datasets may be
 * patterns, too. An external dataset has no producer; `dataset:raw_users+` is what reads it. With tasks, the checks of what
 * they produce are selected.
 *
 * @param expressions what any of them selects; of an empty list, all tasks
 * @returns ids in the graph's order; none where `state:changed` leaves none; or GLA5036 for what there is not, GLA5037
 *   for what is no expression, GLA5038 where nothing is left for another reason
 */
export function selectTasks(
  graph: Graph,
  expressions: readonly string[],
  { exclude = [], isChanged = () => true }: SelectOptions = {},
): Result<ReadonlySet<TaskId>, readonly Diagnostic[]> {
  const selector = new Selector(graph, isChanged);
  const included = expressions.length > 0 ? selector.union(expressions) : new Set(graph.order);
  const excluded = selector.union(exclude);
  if (selector.problems.length > 0) return fail(selector.problems);
  for (const id of checksOf(graph, included)) included.add(id);
  const selected = graph.order.filter((id) => included.has(id) && !excluded.has(id));
  if (selected.length === 0 && !selector.asksForChanges) {
    const options = [...expressions, ...exclude.map((expression) => `--exclude ${expression}`)];
    return fail([report("selectionEmpty", { pipeline: graph.name, selection: options.join(" ") })]);
  }
  return succeed(new Set(selected));
}

/** The checks of what the tasks produce, where they produce all of it, and of external datasets that they load. */
function checksOf(graph: Graph, tasks: ReadonlySet<TaskId>): readonly TaskId[] {
  const has = (id: TaskId) => tasks.has(id);
  return graph.order.filter((id) => {
    const { check, inputs } = getTask(graph, id).manifest;
    const datasets = check ? inputs.flatMap(({ dataset }) => graph.datasets.get(dataset) ?? []) : [];
    const produced = datasets.filter(({ producers }) => producers.length > 0);
    if (produced.length > 0) return produced.every(({ producers }) => producers.some(has));
    return datasets.some(({ consumers }) => consumers.some(has));
  });
}

/** What a term names before `+` adds to it. */
interface Seeds {
  readonly tasks: readonly TaskId[];
  /** Datasets that no task produces. */
  readonly external: readonly GraphDataset[];
}

class Selector {
  readonly problems: Diagnostic[] = [];
  /** Whether an expression has `state:changed`. */
  asksForChanges = false;
  readonly #graph: Graph;
  readonly #isChanged: (task: TaskId) => boolean;
  readonly #names: ReadonlyMap<string, TaskId>;

  constructor(graph: Graph, isChanged: (task: TaskId) => boolean) {
    this.#graph = graph;
    this.#isChanged = isChanged;
    this.#names = new Map([...graph.tasks.values()].map((task) => [task.name, task.id]));
  }

  union(expressions: readonly string[]): Set<TaskId> {
    const union = new Set<TaskId>();
    for (const expression of expressions) {
      if (expression.trim() === "") this.#refuse(expression, "it is empty");
      for (const terms of expression.split(/\s+/).filter(Boolean)) {
        for (const id of this.#intersection(terms)) union.add(id);
      }
    }
    return union;
  }

  #intersection(terms: string): ReadonlySet<TaskId> {
    const exact = this.#find(terms);
    if (exact !== undefined) return new Set([exact]);
    const selected = terms.split(",").map((term) => this.#term(term));
    const [first = new Set()] = selected;
    return new Set([...first].filter((id) => selected.every((others) => others.has(id))));
  }

  #term(term: string): ReadonlySet<TaskId> {
    const exact = this.#find(term);
    if (exact !== undefined) return new Set([exact]);
    const [, before, named = "", after] = /^(?:(\d*)\+)?(.+?)(?:\+(\d*))?$/s.exec(term) ?? [];
    const { tasks, external } = this.#seeds(named, term);
    const selected = new Set(tasks);
    const upstream = (id: TaskId) => getTask(this.#graph, id).upstream;
    const downstream = (id: TaskId) => getTask(this.#graph, id).downstream;
    if (before !== undefined) walk(tasks.flatMap(upstream), depthOf(before), upstream, selected);
    const readers = [
      ...tasks.flatMap(downstream),
      ...external.flatMap(({ consumers, checks }) => [...consumers, ...checks]),
    ];
    if (after !== undefined) walk(readers, depthOf(after), downstream, selected);
    return selected;
  }

  #seeds(named: string, term: string): Seeds {
    const colon = named.indexOf(":");
    const value = named.slice(colon + 1);
    if (value === "") return this.#refuse(term, "a name is missing");
    switch (named.slice(0, colon)) {
      case "tag":
        return this.#tagged(value);
      case "dataset":
        return this.#producing(value);
      case "state":
        return this.#inState(value, term);
      default:
        return this.#named(named);
    }
  }

  #named(name: string): Seeds {
    const exact = this.#find(name);
    if (exact !== undefined) return { tasks: [exact], external: [] };
    const { tasks } = this.#graph;
    const isOfId = /[/#]/.test(name);
    const textOf = (task: GraphTask) => (isOfId ? task.id : task.name);
    const found = matching(name, tasks.values(), textOf).map((task) => task.id);
    if (found.length === 0) this.#tellUnknown("task", name, isOfId ? tasks.keys() : this.#names.keys());
    return { tasks: found, external: [] };
  }

  #tagged(tag: string): Seeds {
    const matches = matcher(tag);
    const tasks = [...this.#graph.tasks.values()];
    const found = tasks.filter((task) => tagsOf(task).some(matches)).map((task) => task.id);
    if (found.length === 0) this.#tellUnknown("tag", tag, tasks.flatMap(tagsOf));
    return { tasks: found, external: [] };
  }

  #producing(name: string): Seeds {
    const { datasets } = this.#graph;
    const found = matching(name, datasets.values(), (dataset) => dataset.name);
    if (found.length === 0) this.#tellUnknown("dataset", name, datasets.keys());
    return {
      tasks: found.flatMap((dataset) => dataset.producers),
      external: found.filter((dataset) => dataset.producers.length === 0),
    };
  }

  #inState(state: string, term: string): Seeds {
    if (state !== "changed") return this.#refuse(term, "the one state there is, is `state:changed`");
    this.asksForChanges = true;
    return { tasks: this.#graph.order.filter((id) => this.#isChanged(id)), external: [] };
  }

  /** The task of a name or an id. */
  #find(name: string): TaskId | undefined {
    return this.#names.get(name) ?? this.#graph.tasks.get(name as TaskId)?.id;
  }

  #tellUnknown(kind: "task" | "tag" | "dataset", name: string, known: Iterable<string>): void {
    const details = { kind, name, pipeline: this.#graph.name, suggestion: suggest(name, known) };
    this.problems.push(report("unknownSelection", details));
  }

  #refuse(expression: string, why: string): Seeds {
    this.problems.push(report("selectionInvalid", { expression, why }));
    return { tasks: [], external: [] };
  }
}

/**
 * Adds tasks and what is around them, wave by wave.
 *
 * @param first the first wave
 * @param depth the number of waves
 */
function walk(
  first: readonly TaskId[],
  depth: number,
  around: (id: TaskId) => readonly TaskId[],
  selected: Set<TaskId>,
): void {
  const reached = new Set<TaskId>();
  let wave = first;
  for (let left = depth; left > 0 && wave.length > 0; left--) {
    const fresh = [...new Set(wave)].filter((id) => !reached.has(id));
    for (const id of fresh) {
      reached.add(id);
      selected.add(id);
    }
    wave = fresh.flatMap(around);
  }
}

/** What stands beside a `+`: nothing means that there is no limit. */
const depthOf = (digits: string) => (digits === "" ? Infinity : Number(digits));

/** What the compiler could not read of tags is no text. */
function tagsOf({ manifest: { tags } }: GraphTask): readonly string[] {
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

function matching<T>(pattern: string, items: Iterable<T>, textOf: (item: T) => string): readonly T[] {
  const matches = matcher(pattern);
  return [...items].filter((item) => matches(textOf(item)));
}

/** Whether a text is a pattern's: `*` stands for any letters, `?` for one. */
function matcher(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  const whole = new RegExp(`^${expression}$`, "su");
  return (text) => whole.test(text);
}
