import { isAsyncIterable } from "../streams/is-async-iterable.js";
import type { Connection } from "./connection.js";
import { IncomingStream } from "./incoming-stream.js";
import type { Packed, StreamMessage } from "./messages.js";
import { OutgoingStream } from "./outgoing-stream.js";
import { errorOf } from "./remote-failure.js";

/** Properties or items of a value that are looked at for streams: a task has far fewer outputs. */
const maxKeys = 1000;

/** The streams that cross a connection, in both directions. */
export class RemoteStreams {
  readonly #post: (message: StreamMessage) => void;
  readonly #outgoing = new Map<number, OutgoingStream>();
  readonly #incoming = new Map<number, IncomingStream>();
  #lastId = 0;

  constructor(connection: Connection) {
    this.#post = (message) => connection.post(message);
  }

  /** Takes the streams out of a value: itself, or its properties or items. */
  pack(value: unknown): Packed {
    if (isAsyncIterable(value))
      return { value: undefined, streams: [{ key: null, stream: this.#send(value) }] };
    const found = entriesOf(value).filter((entry): entry is [string, AsyncIterable<unknown>] =>
      isAsyncIterable(entry[1]),
    );
    if (found.length === 0) return { value, streams: [] };
    const rest = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
    const streams = found.map(([key, source]) => {
      rest[key] = undefined;
      return { key, stream: this.#send(source) };
    });
    return { value: rest, streams };
  }

  /** Puts streams of the other side where they were in a value. */
  unpack({ value, streams }: Packed): unknown {
    let whole = value;
    for (const { key, stream } of streams) {
      const incoming = new IncomingStream(stream, this.#post);
      this.#incoming.set(stream, incoming);
      if (key === null) whole = incoming;
      else (value as Record<string, unknown>)[key] = incoming;
    }
    return whole;
  }

  handle(message: StreamMessage): void {
    switch (message.type) {
      case "pull":
        this.#outgoing.get(message.stream)?.pull(message.batches);
        return;
      case "cancel":
        void this.#outgoing.get(message.stream)?.cancel();
        return;
      case "items":
        this.#incoming.get(message.stream)?.receive(message.items);
        return;
      case "end": {
        const { failure } = message;
        this.#incoming.get(message.stream)?.end(failure && { error: errorOf(failure) });
        this.#incoming.delete(message.stream);
        return;
      }
      default:
        // User code in a child process may send messages of its own.
        message satisfies never;
    }
  }

  /** Resolves when the sources of this side have ended or are closed. */
  async sent(): Promise<void> {
    await Promise.all([...this.#outgoing.values()].map((stream) => stream.closed));
  }

  /** Closes the sources of this side. */
  cancel(): void {
    for (const stream of this.#outgoing.values()) void stream.cancel();
  }

  /** The connection is gone: who reads a stream gets an error, and the sources of this side are closed. */
  end(error: unknown): void {
    for (const stream of this.#incoming.values()) stream.end({ error });
    this.#incoming.clear();
    this.cancel();
  }

  #send(source: AsyncIterable<unknown>): number {
    const id = ++this.#lastId;
    this.#outgoing.set(id, new OutgoingStream(id, source, this.#post));
    return id;
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value)) return Object.entries(value.slice(0, maxKeys));
  const keys = Object.keys(value).slice(0, maxKeys);
  return keys.map((key) => [key, (value as Record<string, unknown>)[key]]);
}
