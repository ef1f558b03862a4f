/** Where a task's function is called. */
import { compute, type JsonObject, type ManifestTask, task } from "@glacier-ts/core";
import { expect, test } from "vitest";
import { chooseRunner } from "../../packages/runtime/dist/runners/choose-runner.js";

const plain = () => {};

function manifestOf(compute?: JsonObject): ManifestTask {
  return { name: "a", inputs: [], outputs: [], declared: "src/tasks.ts:1", ...(compute && { compute }) };
}

const choose = (compute?: JsonObject, isolate = false) =>
  chooseRunner(manifestOf(compute), plain, { isolate });

test("tasks run in process unless they ask for more", () => {
  expect(choose()).toEqual({ kind: "in-process" });
  expect(choose({ kind: "local" })).toEqual({ kind: "in-process" });
  expect(choose({ kind: "local", workers: 4 })).toEqual({ kind: "thread" });
});

test("containers and serverless functions get a thread, or a process where their memory is limited", () => {
  expect(choose({ kind: "serverless", timeout: "5m" })).toEqual({ kind: "thread" });
  expect(choose({ kind: "serverless", memory: 1024 })).toEqual({ kind: "process", memoryMb: 1024 });
  expect(choose({ kind: "serverless", memory: -1 })).toEqual({ kind: "thread" });
  expect(choose({ kind: "container", image: "analytics:1", cpu: 4 })).toEqual({ kind: "thread" });
  expect(choose({ kind: "container", image: "analytics:1", memory: 512 })).toEqual({
    kind: "process",
    memoryMb: 512,
  });
});

test("isolation gives each task a process", () => {
  expect(choose(undefined, true)).toEqual({ kind: "process", memoryMb: undefined });
  expect(choose({ kind: "local", workers: 4 }, true)).toEqual({ kind: "process", memoryMb: undefined });
  expect(choose({ kind: "serverless", memory: 128 }, true)).toEqual({ kind: "process", memoryMb: 128 });
});

test("what the compiler could not read is taken from the task", () => {
  const memory: number = 256;
  const dynamic = { $dynamic: "number" };
  const limited = task({ compute: compute.serverless({ memory }) }, plain);
  const onThread = task({ compute: compute.local({ workers: memory }) }, plain);
  const options = { isolate: false };
  expect(chooseRunner(manifestOf({ kind: "serverless", memory: dynamic }), limited, options)).toEqual({
    kind: "process",
    memoryMb: 256,
  });
  expect(chooseRunner(manifestOf({ $dynamic: "Compute" }), onThread, options)).toEqual({ kind: "thread" });
});
