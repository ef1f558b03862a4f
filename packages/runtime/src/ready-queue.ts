/**
 * The tasks that could start now, the most urgent first. Tasks are numbered by urgency (see `Plan`), so this is a queue
 * of numbers that gives the lowest one first.
 *
 * @see Williams, "Algorithm 232: Heapsort", 1964
 */
export class ReadyQueue {
  readonly #heap: number[] = [];

  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** The lowest number; undefined when the queue is empty. */
  get first(): number | undefined {
    return this.#heap[0];
  }

  push(task: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (above <= task) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = task;
  }

  /** Takes out the lowest number; undefined when the queue is empty. */
  pop(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = child + 1;
      if (right < heap.length && (heap[right] as number) < (heap[child] as number)) child = right;
      const below = heap[child] as number;
      if (last <= below) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
