import process from "node:process";
import { configDefaults, defineConfig } from "vitest/config";

/** Minutes of broken connections and millions of rows, for `npm run test:storage`. */
const thorough = [
  "tests/examples/flights-everywhere.test.ts",
  "tests/storage/{duckdb,gcs,postgres}.test.ts",
  "tests/storage/*-faults.test.ts",
];

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: [
      ...configDefaults.exclude,
      "tests/fixtures/**",
      ...(process.env.STORAGE === "all" ? [] : thorough),
    ],
    // Tests start compilers and child processes of their own: two at a time suit a small machine.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
