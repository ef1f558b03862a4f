import process from "node:process";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls `onFirst` at the first Ctrl-C or request to end, and `onSecond` at the next.
 * @returns stops listening
 */
export function listenForInterrupts(onFirst: () => void, onSecond: () => void): () => void {
  let count = 0;
  const listener = () => {
    count++;
    if (count === 1) onFirst();
    else onSecond();
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
