import type { Readable } from "node:stream";

/** Breaks a connection from which no byte has come for a minute; the time that the reader takes does not count. */
export function endingIdle(body: Readable, limitMs = 60_000): AsyncGenerator<Uint8Array> {
  // What breaks before anybody reads it throws when it is read; nobody listening would end the process.
  body.on("error", () => {});
  return chunksOf(body, limitMs);
}

async function* chunksOf(body: Readable, limitMs: number): AsyncGenerator<Uint8Array> {
  let isWaiting = true;
  const timer = setTimeout(() => {
    if (isWaiting) body.destroy(new Error("No byte came"));
  }, limitMs);
  try {
    for await (const chunk of body) {
      isWaiting = false;
      yield chunk;
      isWaiting = true;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}
