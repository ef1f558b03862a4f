import type { ChildProcess } from "node:child_process";
import type { MessagePort } from "node:worker_threads";
import type { Message } from "./messages.js";

/** One end of what connects the two sides of a call. Messages are structured clones and keep their order. */
export interface Connection {
  /**
   * @param transfer buffers that are moved instead of copied, where that is possible
   * @throws where the message cannot be cloned; it is then not sent
   */
  post(message: Message, transfer?: readonly ArrayBuffer[]): void;
  listen(onMessage: (message: Message) => void): void;
  /** Resolves when what was posted will arrive even if this side ends at once. */
  flushed(): Promise<void>;
}

/** Between threads. */
export function portConnection(port: MessagePort): Connection {
  return {
    post: (message, transfer = []) => {
      try {
        port.postMessage(message, transfer);
      } catch (error) {
        if (transfer.length === 0) throw error;
        // Some buffers cannot be moved, such as the memory of WebAssembly.
        port.postMessage(message);
      }
    },
    listen: (onMessage) => void port.on("message", onMessage),
    flushed: () => Promise.resolve(),
  };
}

/** Between processes: of a child process, or of this one with its parent. Its messages must be serialized "advanced". */
export function processConnection(other: ChildProcess | NodeJS.Process): Connection {
  const send = other.send?.bind(other) as (message: unknown, onSent: () => void) => boolean;
  let sent = Promise.resolve();
  return {
    post: (message) => {
      // What cannot be sent because the other process has ended is of no use to anybody.
      let onSent = () => {};
      const isSent = new Promise<void>((resolve) => {
        onSent = resolve;
      });
      send(message, onSent);
      sent = isSent;
    },
    listen: (onMessage) => void other.on("message", onMessage as (message: unknown) => void),
    flushed: () => sent,
  };
}
