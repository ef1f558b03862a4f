/**
 * File systems that are full, or become read-only, in the middle of a run. They are mounted in a mount namespace, which
 * needs root or user namespaces.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { bin, glacier, RunningCommand } from "../rig/glacier.js";
import { withoutTimes } from "../rig/output.js";
import { makeSharedProject } from "../rig/temp-project.js";

const namespace = [["-m"], ["-r", "-m"]].find(
  (flags) => spawnSync("unshare", [...flags, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).status === 0,
);

/** `trouble` is a command that the first task of each pipeline runs; `size` is that of what the others make. */
const project = makeSharedProject({
  "src/tasks.ts": `\
import { execSync } from "node:child_process";
import { type Dataset, dataset, type Param, pipeline } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";
export type Begun = Dataset<"begun", number>;
export const Written = dataset("written", { storage: file({ path: "out/written.json" }) }).of<string>();
export type Written = Dataset.Of<typeof Written>;
export type Kept = Dataset<"kept", string>;
export type Small = Dataset<"small", number>;
export function begin(): Begun { execSync(process.env.TROUBLE ?? "true"); return 1; }
export function write(begun: Begun, size: Param<"size", number>): Written { return "x".repeat(size * begun); }
export function keep(begun: Begun, size: Param<"size", number>): Kept { return "y".repeat(size * begun); }
export function small(begun: Begun): Small { return begun + 1; }
export function measure(written: Written): Dataset<"written_size", number> { return written.length; }
export function measureKept(kept: Kept): Dataset<"kept_size", number> { return kept.length; }
export const writing = pipeline({ name: "writing", tasks: [begin, write, small, measure] });
export const keeping = pipeline({ name: "keeping", tasks: [begin, keep, small, measureKept] });
`,
});

/**
 * Runs a script where a tmpfs is mounted at a folder of the project, with what was in the folder.
 * @returns what it printed
 */
async function withMount(folder: string, options: string, script: string): Promise<string> {
  const built = await glacier(project.folder, ["run", "writing", "--param", "size=1", "--json"]);
  expect(built).toMatchObject({ stderr: "", code: 0 });
  const prelude = `
    bin='${bin}'
    cp -a ${folder} copy
    mount -t tmpfs -o ${options} tmpfs ${folder}
    cp -a copy/. ${folder}/
    rm -r copy
    run() { "$0" "$bin" run "$@" --force --keep-going --concurrency 1; echo "exit code $?"; }
    exec 2>&1
  `;
  const words = [...(namespace ?? []), "sh", "-c", prelude + script, process.execPath];
  const { stdout } = await new RunningCommand("unshare", words, project.folder, {}).finished;
  return withoutTimes(stdout).replaceAll(project.folder, "…");
}

describe.skipIf(!namespace)("in the middle of a run (skipped where nothing can be mounted)", () => {
  it("the disk of a dataset is full", async () => {
    const told = await withMount(
      "out",
      "size=1m",
      `
      run writing --param size=2000000
      ls -A out
      run writing --param size=1000
    `,
    );
    expect(told).toMatchInlineSnapshot(`
      "✓ begin  <time>
      ✗ write  <time>  GLA5007: Dataset 'written' cannot be written to out/written.json: no space left on the device.
      - measure  cancelled
      ✓ small  <time>
      task     status     duration
      begin    succeeded  <time>
      small    succeeded  <time>
      write    failed  <time>
      measure  cancelled

      small
      2

      writing failed: 4 tasks, 1 failed, 1 cancelled in <time>.

      error GLA5007: Dataset 'written' cannot be written to out/written.json: no space left on the device.
        hint: check the storage's permissions and free space, and that it can be reached

      Found 1 error.
      exit code 1
      written.json
      ✓ begin  <time>
      ✓ write  <time>
      ✓ small  <time>
      ✓ measure  <time>
      task     status     duration
      begin    succeeded  <time>
      small    succeeded  <time>
      write    succeeded  <time>
      measure  succeeded  <time>

      dataset           rows    size  place
      written  written        1.0 kB  out/written.json

      small
      2

      written_size
      1000

      writing succeeded: 4 tasks in <time>.
      exit code 0
      "
    `);
  });

  it("the disk of a dataset becomes read-only", async () => {
    const told = await withMount(
      "out",
      "size=1m",
      `
      TROUBLE="mount -o remount,ro out" run writing --param size=1000
      ls -A out
      mount -o remount,rw out
      run writing --param size=1000
    `,
    );
    expect(told).toMatchInlineSnapshot(`
      "✓ begin  <time>
      ✗ write  <time>  GLA5007: Dataset 'written' cannot be written to out/written.json: the file system is read-only.
      - measure  cancelled
      ✓ small  <time>
      task     status     duration
      begin    succeeded  <time>
      small    succeeded  <time>
      write    failed  <time>
      measure  cancelled

      small
      2

      writing failed: 4 tasks, 1 failed, 1 cancelled in <time>.

      error GLA5007: Dataset 'written' cannot be written to out/written.json: the file system is read-only.
        hint: check the storage's permissions and free space, and that it can be reached

      Found 1 error.
      exit code 1
      written.json
      ✓ begin  <time>
      ✓ write  <time>
      ✓ small  <time>
      ✓ measure  <time>
      task     status     duration
      begin    succeeded  <time>
      small    succeeded  <time>
      write    succeeded  <time>
      measure  succeeded  <time>

      dataset           rows    size  place
      written  written        1.0 kB  out/written.json

      small
      2

      written_size
      1000

      writing succeeded: 4 tasks in <time>.
      exit code 0
      "
    `);
  });

  it("the disk of the state has no room for a value", async () => {
    const told = await withMount(
      ".glacier",
      "size=2m",
      `
      run keeping --param size=4000000
      ls -A .glacier/artifacts/new
      run keeping --param size=1000
    `,
    );
    const [full = "", roomy = ""] = told.split(/(?<=exit code 1\n)/);
    // Whether the small task, which runs beside, finds room depends on which of the two comes first.
    expect(full).toMatch(/^✗ keep {2}<time> {2}GLA5026: .*no space left on the device\.$/m);
    expect(full).toContain("- measureKept  cancelled");
    expect(full).toContain(
      "error GLA5026: The state in '…/.glacier' cannot be used: no space left on the device.",
    );
    expect(full).not.toMatch(/^ +at /m);
    expect(roomy).toMatchInlineSnapshot(`
      "✓ begin  <time>
      ✓ keep  <time>
      ✓ small  <time>
      ✓ measureKept  <time>
      task         status     duration
      begin        succeeded  <time>
      keep         succeeded  <time>
      small        succeeded  <time>
      measureKept  succeeded  <time>

      kept_size
      1000

      small
      2

      keeping succeeded: 4 tasks in <time>.
      exit code 0
      "
    `);
  });

  it("the disk of the state becomes full", async () => {
    const told = await withMount(
      ".glacier",
      "size=2m",
      `
      TROUBLE="cat /dev/zero > .glacier/filler || true" run keeping --param size=100000
      rm .glacier/filler
      run keeping --param size=1000
    `,
    );
    expect(told).toMatchInlineSnapshot(`
      "cat: write error: No space left on device
      ✗ begin  <time>  GLA5026: The state in '…/.glacier' cannot be used: no space left on the device.
      - keep  cancelled
      - small  cancelled
      - measureKept  cancelled
      error GLA5026: The state in '…/.glacier' cannot be used: no space left on the device.
        hint: check the permissions and the free space; \`glacier cache gc\` frees what is not needed

      Found 1 error.
      exit code 1
      ✓ begin  <time>
      ✓ keep  <time>
      ✓ small  <time>
      ✓ measureKept  <time>
      task         status     duration
      begin        succeeded  <time>
      keep         succeeded  <time>
      small        succeeded  <time>
      measureKept  succeeded  <time>

      kept_size
      1000

      small
      2

      keeping succeeded: 4 tasks in <time>.
      exit code 0
      "
    `);
  });

  it("the disk of the state becomes read-only", async () => {
    const told = await withMount(
      ".glacier",
      "size=2m",
      `
      TROUBLE="mount --bind .glacier .glacier && mount -o remount,bind,ro .glacier" run keeping --param size=100000
      run keeping --param size=1000
      umount .glacier
      run keeping --param size=1000
    `,
    );
    expect(told).toMatchInlineSnapshot(`
      "✓ begin  <time>
      ✗ keep  <time>  GLA5026: The state in '…/.glacier' cannot be used: the file system is read-only.
      - measureKept  cancelled
      ✓ small  <time>
      task         status     duration
      begin        succeeded  <time>
      keep         failed  <time>
      small        succeeded  <time>
      measureKept  cancelled

      small
      2

      keeping failed: 4 tasks, 1 failed, 1 cancelled in <time>.

      error GLA5026: The state in '…/.glacier' cannot be used: the file system is read-only.
        hint: check the permissions and the free space; \`glacier cache gc\` frees what is not needed

      Found 1 error.
      exit code 1
      error GLA5026: The state in '…/.glacier' cannot be used: the file system is read-only.
        hint: check the permissions and the free space; \`glacier cache gc\` frees what is not needed

      Found 1 error.
      exit code 1
      ✓ begin  <time>
      ✓ keep  <time>
      ✓ small  <time>
      ✓ measureKept  <time>
      task         status     duration
      begin        succeeded  <time>
      keep         succeeded  <time>
      small        succeeded  <time>
      measureKept  succeeded  <time>

      kept_size
      1000

      small
      2

      keeping succeeded: 4 tasks in <time>.
      exit code 0
      "
    `);
  });
});
