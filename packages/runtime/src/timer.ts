/** Longest delay that `setTimeout` knows: 24.8 days. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Calls back after a delay of any length.
 * @returns stops the timer
 */
export function startTimer(delayMs: number, onDue: () => void): () => void {
  let timer: NodeJS.Timeout;
  const start = (leftMs: number) => {
    const stepMs = Math.min(leftMs, maxTimerMs);
    timer = setTimeout(() => (stepMs < leftMs ? start(leftMs - stepMs) : onDue()), stepMs);
  };
  start(delayMs);
  return () => clearTimeout(timer);
}
