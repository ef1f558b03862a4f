import process from "node:process";
import { configDefaults, defineConfig } from "vitest/config";

/** What takes minutes: broken connections, millions of rows, many whole projects. `npm run test:thorough` has them. */
const thorough = [
  "tests/analyzer/rename-fixtures.test.ts",
  "tests/cli/{compiler,init,rename}.test.ts",
  "tests/docs/getting-started.test.ts",
  "tests/examples/flights-everywhere.test.ts",
  "tests/hosts/{bundler,declared-schemas,emitted-code,project-references,register,tspc-modes}.test.ts",
  "tests/hosts/{tsserver-fixes,tsserver-incremental}.test.ts",
  "tests/storage/{duckdb,gcs,postgres}.test.ts",
  "tests/storage/*-faults.test.ts",
];

const isThorough = process.env.TESTS === "thorough";

export default defineConfig({
  test: {
    include: isThorough ? thorough : ["tests/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "tests/fixtures/**", ...(isThorough ? [] : thorough)],
    // Tests start compilers and child processes of their own: two at a time suit a small machine.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
