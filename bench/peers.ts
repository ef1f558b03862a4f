/** Other ways to run a graph in one process. Each gives every task the values of the datasets that it reads. */
import { type Graph, getTask, type TaskFunction, type TaskId } from "@glacier-ts/core";
import async from "async";
import { Deferred, Effect } from "effect";
import { PGraph } from "p-graph";

type Functions = ReadonlyMap<TaskId, TaskFunction>;
type Run = (...inputs: unknown[]) => unknown;

export interface Peer {
  readonly name: string;
  run(graph: Graph, functions: Functions): Promise<unknown>;
}

export const peers: readonly Peer[] = [
  { name: "async.auto", run: runByAsyncAuto },
  { name: "p-graph", run: runByPGraph },
  { name: "effect", run: runByEffect },
];

/** What one writes without a scheduler: a promise for each task that awaits those of its inputs. */
export async function runByHand(graph: Graph, functions: Functions): Promise<void> {
  const results = new Map<string, Promise<unknown>>();
  for (const { run, reads, makes } of wiringOf(graph, functions)) {
    const start = async () => run(...(await Promise.all(reads.map((dataset) => results.get(dataset)))));
    results.set(makes, start());
  }
  await Promise.all(results.values());
}

async function runByAsyncAuto(graph: Graph, functions: Functions): Promise<void> {
  const tasks: Record<string, unknown> = {};
  for (const { run, reads, makes } of wiringOf(graph, functions)) {
    const call = async (results: Record<string, unknown>) => run(...reads.map((dataset) => results[dataset]));
    tasks[makes] = reads.length === 0 ? async () => run() : [...reads, call];
  }
  await async.auto(tasks as Parameters<typeof async.auto>[0]);
}

async function runByPGraph(graph: Graph, functions: Functions): Promise<void> {
  const results = new Map<string, unknown>();
  const nodes = new Map<string, { run: () => Promise<void> }>();
  const dependencies: [string, string][] = [];
  for (const { run, reads, makes } of wiringOf(graph, functions)) {
    for (const dataset of reads) dependencies.push([dataset, makes]);
    nodes.set(makes, {
      run: async () => {
        results.set(makes, await run(...reads.map((dataset) => results.get(dataset))));
      },
    });
  }
  await new PGraph(nodes, dependencies).run();
}

/** A fiber for each task, which awaits the results of its inputs. */
async function runByEffect(graph: Graph, functions: Functions): Promise<void> {
  const results = new Map<string, Deferred.Deferred<unknown>>();
  const resultOf = (dataset: string) => results.get(dataset) as Deferred.Deferred<unknown>;
  const wiring = [...wiringOf(graph, functions)];
  const program = Effect.gen(function* () {
    for (const { makes } of wiring) results.set(makes, yield* Deferred.make<unknown>());
    const start = ({ run, reads, makes }: Wiring) =>
      Effect.forEach(reads, (dataset) => Deferred.await(resultOf(dataset))).pipe(
        Effect.flatMap((inputs) => Effect.promise(async () => run(...inputs))),
        Effect.flatMap((value) => Deferred.succeed(resultOf(makes), value)),
      );
    yield* Effect.forEach(wiring, start, { concurrency: "unbounded", discard: true });
  });
  await Effect.runPromise(program);
}

/** One task: its function, and the names of the datasets around it. */
interface Wiring {
  readonly run: Run;
  readonly reads: readonly string[];
  readonly makes: string;
}

function* wiringOf(graph: Graph, functions: Functions): Generator<Wiring> {
  for (const id of graph.order) {
    const { inputs, outputs } = getTask(graph, id).manifest;
    const reads = inputs.map((input) => input.dataset);
    yield { run: functions.get(id) as Run, reads, makes: outputs[0]?.dataset as string };
  }
}
