/** Run parameters and secrets in the local executor. */
import type { RunEvent, RunRequest } from "@glacier-ts/core";
import { LocalExecutor } from "@glacier-ts/runtime";
import { describe, expect, test, vi } from "vitest";
import { makeGraph } from "../core/make-graph.js";

const key = "s3cr3t-value";

/** A graph of one task that takes a secret, a parameter, its context and an optional secret. */
function request(run: (...list: never[]) => unknown, options: Partial<RunRequest> = {}): RunRequest {
  const more = {
    secrets: [
      { position: 0, name: "API_KEY" },
      { position: 3, name: "PROXY", optional: true as const },
    ],
    params: [{ position: 1, name: "limit" }],
    context: 2,
  };
  const graph = makeGraph({ tasks: [{ name: "extract", outputs: ["users"], more }] });
  return {
    graph,
    functions: new Map(Array.from(graph.tasks.keys(), (id) => [id, run])),
    projectRoot: "",
    keep: ["users"],
    params: new Map([["limit", 10]]),
    secrets: (name) => (name === "API_KEY" ? key : undefined),
    ...options,
  };
}

describe("injected values", () => {
  test("are put at the positions of their parameters", async () => {
    const run = vi.fn((..._: unknown[]) => 1);
    const outcome = await new LocalExecutor().execute(request(run));
    expect(outcome.status).toBe("succeeded");
    expect(run.mock.calls).toEqual([[key, 10, expect.objectContaining({ attempt: 1 }), undefined]]);
  });

  test("come from the environment by default", async () => {
    vi.stubEnv("API_KEY", "from the environment");
    const { secrets: _, ...rest } = request((secret: string) => secret);
    const outcome = await new LocalExecutor().execute(rest);
    vi.unstubAllEnvs();
    expect(outcome.datasets.get("users")).toBe("from the environment");
  });

  test("that are missing are told before anything runs", async () => {
    const run = vi.fn(() => 1);
    const events: RunEvent[] = [];
    const running = new LocalExecutor().execute(
      request(run, { secrets: () => undefined, onEvent: (event) => events.push(event) }),
    );
    await expect(running).rejects.toThrow(
      "GLA5018: Secret 'API_KEY' is not there; 'extract' cannot run without it.\n  hint: set the environment variable API_KEY",
    );
    expect(run).not.toHaveBeenCalled();
    expect(events).toEqual([]);
  });

  test("that have the name of what every object has are missing like others", async () => {
    const more = { secrets: [{ position: 0, name: "toString" }] };
    const graph = makeGraph({ tasks: [{ name: "extract", outputs: ["users"], more }] });
    const { secrets: _, ...rest } = request(() => 1, { graph });
    await expect(new LocalExecutor().execute(rest)).rejects.toThrow(
      "GLA5018: Secret 'toString' is not there; 'extract' cannot run without it.",
    );
  });

  test("come from a provider that takes its time, each asked for once", async () => {
    const asked: string[] = [];
    const secrets = async (name: string) => {
      asked.push(name);
      await new Promise((resolve) => setImmediate(resolve));
      return name === "API_KEY" ? "from a vault" : undefined;
    };
    const outcome = await new LocalExecutor().execute(request((secret: string) => secret, { secrets }));
    expect(outcome.datasets.get("users")).toBe("from a vault");
    expect(asked).toEqual(["API_KEY", "PROXY"]);
  });

  test("whose provider fails are told before anything runs, also those that a task can do without", async () => {
    const run = vi.fn(() => 1);
    const secrets = (name: string) => Promise.reject(new Error(`the vault has no ${name}`));
    await expect(new LocalExecutor().execute(request(run, { secrets }))).rejects.toThrow(
      "GLA5019: Secret 'API_KEY' could not be read: the vault has no API_KEY\nGLA5019: Secret 'PROXY' could not be read: the vault has no PROXY",
    );
    expect(run).not.toHaveBeenCalled();
  });

  test("of which one is a part of another are replaced as a whole", async () => {
    const secrets = (name: string) => (name === "API_KEY" ? "abc" : "abc-and-more");
    const events: RunEvent[] = [];
    const log = (key: string, _: number, context: { log: (text: string) => void }, proxy: string) =>
      context.log(`${proxy} ${key}`);
    await new LocalExecutor().execute(request(log, { secrets, onEvent: (event) => events.push(event) }));
    expect(JSON.stringify(events)).toContain("‹secret PROXY› ‹secret API_KEY›");
  });

  test("that are secret are in no event and no failure", async () => {
    const events: RunEvent[] = [];
    const fail = (secret: string, _: number, context: { log: (text: string) => void }) => {
      context.log(`using ${secret}`);
      throw new Error(`refused: ${secret}`, { cause: new TypeError(`key=${secret};`) });
    };
    const outcome = await new LocalExecutor().execute(
      request(fail, { onEvent: (event) => events.push(event) }),
    );
    const text = JSON.stringify([events, outcome.failures]);
    expect(text).not.toContain(key);
    expect(text).toContain("using ‹secret API_KEY›");
    expect(outcome.failures).toMatchObject([
      { error: { message: "refused: ‹secret API_KEY›", cause: { message: "key=‹secret API_KEY›;" } } },
    ]);
  });
});
