#!/usr/bin/env node
// npm links a command only when its file exists at install time, and dist/ does not yet.
import { enableCompileCache } from "node:module";

// What was compiled once need not be compiled again.
enableCompileCache();
await import("../dist/main.js");
