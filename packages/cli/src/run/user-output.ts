import { StringDecoder } from "node:string_decoder";
import type { WriteStream } from "node:tty";

/**
 * Takes what user code writes to a standard stream, `console.log` and the output of worker threads included. Child
 * processes that inherit the stream write past it.
 *
 * @returns gives the stream back
 */
export function takeWrites(stream: WriteStream, onWrite: (text: string) => void): () => void {
  const { write } = stream;
  const decoder = new StringDecoder();
  type Callback = (error?: Error | null) => void;
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, done?: Callback) => {
    const callback = typeof encoding === "function" ? encoding : done;
    onWrite(typeof chunk === "string" ? chunk : decoder.write(chunk));
    if (callback) queueMicrotask(callback);
    return true;
  };
  return () => {
    stream.write = write;
  };
}

/** As `takeWrites`, in whole lines; a last one without an end comes when the stream is given back. */
export function takeLines(stream: WriteStream, onLine: (line: string) => void): () => void {
  let rest = "";
  const release = takeWrites(stream, (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return () => {
    release();
    if (rest !== "") onLine(rest);
    rest = "";
  };
}
