#!/usr/bin/env node
// npm links a command only when its file exists at install time, and dist/ does not yet.
import "../dist/main.js";
