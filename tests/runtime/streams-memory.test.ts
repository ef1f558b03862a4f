/** How much memory a shared stream takes. `npm run test:streams` does it with ten million rows. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const rows = Number(process.env.ROWS ?? 1_000_000);
const script = fileURLToPath(new URL("support/read-shared-stream.mjs", import.meta.url));

test.for([
  ["side by side", false],
  ["one after the other", true],
] as const)(
  `two readers of ${rows} rows, %s, need less than 64 MiB`,
  { timeout: 600_000 },
  async ([, inTurn]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--max-old-space-size=64",
      script,
      String(rows),
      String(inTurn),
    ]);
    const all = [rows, (rows * (rows - 1)) / 2];
    expect(JSON.parse(stdout)).toEqual([all, all]);
  },
);
