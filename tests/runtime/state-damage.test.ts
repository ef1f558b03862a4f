/** What the disk, other programs and other versions can do to the state. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { State } from "@glacier-ts/runtime/state";
import { describe, expect, it } from "vitest";
import { makeResult, newRun, openState, pipelineId, rawDatabase, stateFolder } from "./state-folder.js";

const clean = "src/tasks.ts#clean";

/** A closed state with a result; @returns the folder */
async function makeState(): Promise<string> {
  const folder = stateFolder();
  const state = openState(folder);
  const run = state.beginRun(newRun("run"));
  const effort = { id: clean, status: "succeeded", attempts: 1, durationMs: 1 } as const;
  for (let index = 0; index < 200; index++) void run.commit(makeResult("run", clean, `k${index}`), effort);
  run.finish("succeeded");
  state.close();
  return folder;
}

describe("a damaged database", () => {
  const overwrite = (file: string, position: number, text: string) => {
    const bytes = readFileSync(file);
    bytes.write(text, position);
    writeFileSync(file, bytes);
  };

  it.each<[string, string, (file: string) => void]>([
    ["cut off", "it is malformed or was cut off", (file) => truncateSync(file, 8192)],
    ["cut off inside of a page", "it is malformed or was cut off", (file) => truncateSync(file, 10_000)],
    ["empty", "it is not one of Glacier's", (file) => truncateSync(file, 0)],
    ["a text", "it is no database", (file) => writeFileSync(file, "something else\n".repeat(1000))],
    ["overwritten at its start", "it is no database", (file) => overwrite(file, 0, "XXXXXXXX")],
    [
      "a database of another program",
      "it is not one of Glacier's",
      (file) => {
        rmSync(file);
        const other = new DatabaseSync(file);
        other.exec("CREATE TABLE theirs (a); PRAGMA user_version = 1");
        other.close();
      },
    ],
  ])("that is %s is put aside and begun anew", async (_, why, damage) => {
    const folder = await makeState();
    const file = join(folder, "state.db");
    damage(file);
    const damaged = readFileSync(file);
    const opened = State.open(folder);
    if (!opened.ok) throw new Error(opened.failure.message);
    const { state, warnings } = opened.value;
    expect(warnings).toEqual([
      {
        code: "GLA5027",
        severity: "warning",
        message: `The database '${file}' is damaged: ${why}. A new one was begun.`,
        hint: "results are built again by the next run; the damaged file is kept as state.db.damaged-1",
        related: [],
      },
    ]);
    expect(readFileSync(join(folder, "state.db.damaged-1")).equals(damaged)).toBe(true);
    expect(state.runs()).toEqual([]);
    expect(state.result(clean, "k1")).toBeUndefined();
    state.beginRun(newRun("next")).finish("succeeded");
    state.close();
    expect(openState(folder).runs()).toHaveLength(1);
  });

  it("is numbered when it is not the first one", async () => {
    const folder = await makeState();
    for (const number of [1, 2]) {
      truncateSync(join(folder, "state.db"), 8192);
      const opened = State.open(folder);
      expect(opened.ok && opened.value.warnings).toHaveLength(1);
      if (opened.ok) opened.value.state.close();
      expect(existsSync(join(folder, `state.db.damaged-${number}`))).toBe(true);
    }
  });

  /** Puts zeros over the first page of a table or an index, as a disk does that has lost it. */
  function wipe(folder: string, name: string): void {
    const raw = rawDatabase(folder);
    const { rootpage } = raw.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name) ?? {};
    const { page_size: size } = raw.prepare("PRAGMA page_size").get() ?? {};
    raw.close();
    const bytes = readFileSync(join(folder, "state.db"));
    bytes.fill(0, (Number(rootpage) - 1) * Number(size), Number(rootpage) * Number(size));
    writeFileSync(join(folder, "state.db"), bytes);
  }

  it("is named when a query meets the damage, and put aside by the next process", async () => {
    const folder = await makeState();
    wipe(folder, "results_of_task");
    const state = openState(folder);
    expect(state.runs()).toHaveLength(1);
    expect(() => state.result(clean, "k1")).toThrow(
      `The state in '${folder}' cannot be used: its database is damaged: it is malformed or was cut off.`,
    );
    state.close();
    const opened = State.open(folder);
    expect(opened.ok && opened.value.warnings.map(({ code }) => code)).toEqual(["GLA5027"]);
    if (opened.ok) opened.value.state.close();
    expect(readdirSync(folder)).not.toContain("state.db.suspect");
  });

  it("is found where the name of a table was damaged", async () => {
    const folder = await makeState();
    rawDatabase(folder).exec("ALTER TABLE dataset_versions RENAME COLUMN artifact TO aptifact");
    const opened = State.open(folder);
    const file = join(folder, "state.db");
    expect(opened.ok && opened.value.warnings.map(({ message }) => message)).toEqual([
      `The database '${file}' is damaged: its tables are not as they should be. A new one was begun.`,
    ]);
    if (opened.ok) opened.value.state.close();
  });

  it("is looked for after a process has ended in the middle of a run", async () => {
    const folder = await makeState();
    rawDatabase(folder).exec("UPDATE runs SET status = 'running'");
    wipe(folder, "results_of_task");
    const opened = State.open(folder);
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(opened.value.warnings.map(({ code }) => code)).toEqual(["GLA5027"]);
    opened.value.state.close();
  });

  it("that was deleted leaves nothing to the next one", async () => {
    const folder = await makeState();
    const state = openState(folder);
    const run = state.beginRun(newRun("unfinished"));
    await run.commit(undefined, { id: clean, status: "succeeded", attempts: 1, durationMs: 1 });
    // The log of what is not in the database yet stays, as after the end of a process.
    const log = readFileSync(join(folder, "state.db-wal"));
    state.close();
    rmSync(join(folder, "state.db"));
    writeFileSync(join(folder, "state.db-wal"), log);
    expect(openState(folder).runs()).toEqual([]);
  });
});

it("a text that was damaged within its page is none", async () => {
  const folder = await makeState();
  rawDatabase(folder).exec(`
    UPDATE results SET parts = replace(parts, '{', '[') WHERE key = 'k1';
    UPDATE runs SET params = 'x'`);
  const state = openState(folder);
  expect(state.result(clean, "k1")).toBeUndefined();
  expect(state.result(clean, "k2")).toMatchObject({ parts: { code: "k2" }, outputs: [{ version: "v-k2" }] });
  expect(state.lastResults(pipelineId)).toHaveLength(1);
  expect(state.runs()).toHaveLength(1);
  expect(state.run("last")).toBeUndefined();
});

it("is not used where a newer version has written it", async () => {
  const folder = await makeState();
  rawDatabase(folder).exec("PRAGMA user_version = 99");
  expect(State.open(folder)).toEqual({
    ok: false,
    failure: {
      code: "GLA5026",
      severity: "error",
      message: `The state in '${folder}' cannot be used: it was written by a newer version of Glacier (it has version 99, this one knows 2).`,
      hint: "use the newer one, or delete the folder: runs make it again",
      related: [],
    },
  });
});

describe("a corrupted artifact", () => {
  it("in the database is found, removed and made again", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const put = await state.artifacts.put("precious");
    if (!put.ok) throw new Error(put.failure);
    const { hash } = put.value;
    expect(state.artifacts.has(hash)).toBe(true);
    rawDatabase(folder).exec("UPDATE artifacts SET bytes = zeroblob(length(bytes))");
    expect(await state.artifacts.get(hash)).toEqual({ ok: false, failure: "corrupt" });
    expect(state.artifacts.has(hash)).toBe(false);
    expect(await state.artifacts.get(hash)).toEqual({ ok: false, failure: "missing" });
    await state.artifacts.put("precious");
    expect(await state.artifacts.get(hash)).toEqual({ ok: true, value: "precious" });
  });

  const rows = Array.from({ length: 20_000 }, (_, id) => `row ${id}`);

  it.each<[string, (file: string) => void]>([
    ["changed", (file) => writeFileSync(file, readFileSync(file).fill(1, 1000, 1001))],
    ["cut off", (file) => truncateSync(file, 100_000)],
    ["longer", (file) => writeFileSync(file, "more", { flag: "a" })],
    ["empty", (file) => truncateSync(file, 0)],
  ])("in a file that is %s is found, removed and made again", async (_, damage) => {
    const folder = stateFolder();
    const state = openState(folder);
    const put = await state.artifacts.put(rows);
    if (!put.ok) throw new Error(put.failure);
    const { hash } = put.value;
    expect(state.artifacts.has(hash)).toBe(true);
    damage(join(folder, "artifacts", hash.slice(0, 2), hash.slice(2)));
    expect(await state.artifacts.get(hash)).toEqual({ ok: false, failure: "corrupt" });
    expect(await state.artifacts.get(hash)).toEqual({ ok: false, failure: "missing" });
    await state.artifacts.put(rows);
    expect(await state.artifacts.get(hash)).toEqual({ ok: true, value: rows });
  });

  it("whose file is gone is missing", async () => {
    const folder = stateFolder();
    const state = openState(folder);
    const put = await state.artifacts.put(rows);
    if (!put.ok) throw new Error(put.failure);
    expect(state.artifacts.has(put.value.hash)).toBe(true);
    rmSync(join(folder, "artifacts"), { recursive: true });
    expect(state.artifacts.has(put.value.hash)).toBe(false);
    expect(await state.artifacts.get(put.value.hash)).toEqual({ ok: false, failure: "missing" });
  });
});

describe("a folder that cannot be used", () => {
  it("because a file is in its place", () => {
    const folder = stateFolder();
    writeFileSync(folder, "");
    expect(State.open(folder)).toMatchObject({
      ok: false,
      failure: {
        code: "GLA5026",
        message: `The state in '${folder}' cannot be used: a file is in the place of a directory on the way to it.`,
      },
    });
  });

  it("because a folder is in the place of the database", () => {
    const folder = stateFolder();
    mkdirSync(join(folder, "state.db"), { recursive: true });
    expect(State.open(folder)).toMatchObject({
      ok: false,
      failure: {
        message: `The state in '${folder}' cannot be used: its database cannot be opened or written.`,
      },
    });
  });
});

/** A file system of its own is mounted in a mount namespace, which needs root or user namespaces. */
const unshare = "unshare";
const namespaces = [["-m"], ["-r", "-m"]];
const namespace = namespaces.find(
  (flags) => spawnSync(unshare, [...flags, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).status === 0,
);

describe.skipIf(!namespace)("a file system that refuses (skipped where none can be mounted)", () => {
  const repository = fileURLToPath(new URL("../..", import.meta.url));

  /** Runs a script with a tmpfs at `root`, where `remount(options)` changes it. @returns what it printed, as JSON */
  function withMount(options: string, body: string): unknown {
    const root = stateFolder();
    mkdirSync(root);
    const script = `
      import { execFileSync } from "node:child_process";
      import { readdirSync, writeFileSync, rmSync } from "node:fs";
      import { State } from "@glacier-ts/runtime/state";
      const root = process.argv[1];
      const folder = root + "/.glacier";
      const remount = (options) => execFileSync("mount", ["-o", "remount," + options, root]);
      const newRun = (runId) => ({ runId, pipeline: "p", pipelineId: "p", params: {}, startedAt: new Date().toISOString() });
      const effort = { id: "t", status: "succeeded", attempts: 1, durationMs: 1 };
      const caught = async (action) => {
        try { return await action(); } catch (error) { return error.diagnostics?.[0].message.replace(folder, "…") ?? error.stack; }
      };
      ${body}
    `;
    const command = `mount -t tmpfs -o ${options} tmpfs "$2" && exec "$0" --input-type=module -e "$1" "$2"`;
    const words = [...(namespace ?? []), "sh", "-c", command, process.execPath, script, root];
    const { stdout, stderr, status } = spawnSync(unshare, words, { encoding: "utf8", cwd: repository });
    if (status !== 0 || stderr !== "") throw new Error(stderr);
    return JSON.parse(stdout);
  }

  it("because it is read-only", () => {
    const found = withMount(
      "size=8m",
      `
      State.open(folder).value.state.close();
      remount("ro");
      console.log(JSON.stringify(State.open(folder).failure.message.replace(folder, "…")));
      `,
    );
    expect(found).toBe("The state in '…' cannot be used: the file system is read-only.");
  });

  it("because it became read-only in the middle of a run", () => {
    const found = withMount(
      "size=8m",
      `
      const { state } = State.open(folder).value;
      const run = state.beginRun(newRun("run"));
      await run.commit(undefined, effort);
      execFileSync("mount", ["--bind", root, root]);
      execFileSync("mount", ["-o", "remount,bind,ro", root]);
      const put = await caught(() => state.artifacts.put("x".repeat(100_000)));
      const begin = await caught(() => state.beginRun(newRun("other")));
      console.log(JSON.stringify({ put, begin }));
      process.exit();
      `,
    );
    const message = "The state in '…' cannot be used: the file system is read-only.";
    expect(found).toEqual({ put: message, begin: message });
  });

  it("because it is full: what was committed stays, and it goes on when there is space", () => {
    const found = withMount(
      "size=1m",
      `
      const { state } = State.open(folder).value;
      const run = state.beginRun(newRun("run"));
      const result = (key, parts) =>
        ({ key, runId: "run", task: "t", pipelineId: "p", createdAt: "", parts, outputs: [], durationMs: 1 });
      await run.commit(result("first", {}), effort);
      writeFileSync(root + "/filler", Buffer.alloc(900_000), { flag: "a" });
      const commit = await caught(() => run.commit(result("second", { text: "x".repeat(500_000) }), effort));
      const put = await caught(() => state.artifacts.put("x".repeat(900_000)));
      const left = readdirSync(folder + "/artifacts/new");
      rmSync(root + "/filler");
      await run.commit(result("third", {}), effort);
      run.finish("failed");
      state.close();
      const reopened = State.open(folder).value;
      const keys = ["first", "second", "third"].filter((key) => reopened.state.result("t", key));
      console.log(JSON.stringify({ commit, put, left, keys, warnings: reopened.warnings, runs: reopened.state.runs().map((run) => run.status) }));
      `,
    );
    expect(found).toEqual({
      commit: "The state in '…' cannot be used: no space left on the device.",
      put: "The state in '…' cannot be used: no space left on the device.",
      left: [],
      keys: ["first", "third"],
      warnings: [],
      runs: ["failed"],
    });
  });

  it("because it is full from the start", () => {
    const found = withMount(
      "size=64k",
      `
      writeFileSync(root + "/filler", Buffer.alloc(40_000));
      const { failure } = State.open(folder);
      console.log(JSON.stringify({ message: failure.message.replace(folder, "…"), left: readdirSync(folder).filter((name) => name.startsWith("state")) }));
      `,
    );
    expect(found).toEqual({
      message: "The state in '…' cannot be used: no space left on the device.",
      left: [],
    });
  });
});
