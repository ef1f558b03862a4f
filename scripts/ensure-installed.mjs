// Usage: node scripts/ensure-installed.mjs <npm script> [arguments]
//
// Installs the dependencies when they are missing or out of date, then runs the npm script. This file runs on whatever
// Node the machine has (20 or later); the script runs on the Node that devDependencies pin. It has to be a second
// `npm run`: a shell that has already found the machine's `node` keeps using it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const stamp = "node_modules/.glacier-installed";
const lockHash = () => createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");

function npm(...args) {
  const { status, error } = spawnSync(process.execPath, [process.env.npm_execpath, ...args], {
    stdio: "inherit",
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const isInstalled =
  existsSync("node_modules/node/bin/node") && existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash();

if (!isInstalled) {
  // Not `npm ci`: it deletes a node_modules that is only a little out of date, and refuses a lock file that lacks the
  // binaries of another platform. The log level hides warnings that the machine's Node is too old for the packages;
  // they run on the pinned one.
  npm("install", "--no-save", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error");
  // Two versions of TypeScript are installed, and the one that came last has taken `tsc`.
  npm("rebuild", "typescript", "--loglevel=error");
  writeFileSync(stamp, lockHash());
}

const [script, ...args] = process.argv.slice(2);
npm("run", script, "--", ...args);
