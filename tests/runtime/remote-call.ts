/** Calls of the functions in tests/fixtures/runners. */
import type { RemoteCall, TaskRunner } from "../../packages/runtime/dist/runners/task-runner.js";

const folder = new URL("../fixtures/runners/", import.meta.url);

export interface Options extends Partial<RemoteCall> {
  /** Called for every log message. */
  readonly onMessage?: (message: string) => void;
}

/** @param name module and path: `values.mjs#Sales.clean` */
export function callOf(name: string, args: readonly unknown[] = [], options: Options = {}): RemoteCall {
  const [module = "", path = ""] = name.split("#");
  const { onMessage, ...rest } = options;
  return {
    module: { url: new URL(module, folder).href, path: path.split(".") },
    args,
    attempt: 1,
    signal: new AbortController().signal,
    kill: new AbortController().signal,
    onLog: (_level, message) => onMessage?.(message),
    onProgress: () => {},
    describeArgument: (position) => `argument ${position}`,
    ...rest,
  };
}

/** A call that has begun: its first log message has come. */
export async function begin(runner: TaskRunner, name: string, options: Options = {}) {
  let onBegun = () => {};
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve;
  });
  let fields: unknown;
  const result = runner.run(
    callOf(name, [undefined], {
      contextPosition: 0,
      ...options,
      onLog: (level, message, more) => {
        fields ??= more;
        onBegun();
        options.onLog?.(level, message, more);
      },
    }),
  );
  // Handled by whoever awaits it.
  result.catch(() => {});
  await Promise.race([begun, result]);
  return { result, fields: fields as { pid: number } | undefined };
}
