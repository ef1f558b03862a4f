import process from "node:process";
import { GlacierError } from "@glacier-ts/core";
import { CommanderError } from "commander";
import { type Action, commandLine, type GlobalOptions } from "./command-line.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { Terminal } from "./terminal.js";

const asked = readCommandLine();
const terminal = new Terminal({ isJson: asked.isJson, hasColor: asked.hasColor });
process.exitCode = await execute(asked.action);
await terminal.flush();
// User code may have left timers and connections open.
process.exit();

interface Asked {
  readonly isJson: boolean;
  readonly hasColor: boolean;
  readonly action: Action;
}

/** What the command line asks for; for help and mistakes, which the parser has answered, no more than an exit code. */
function readCommandLine(): Asked {
  const found: { options?: GlobalOptions; action?: Action } = {};
  const program = commandLine((options, action) => Object.assign(found, { options, action }));
  try {
    program.parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isJson = process.argv.includes("--json");
    if (error.exitCode === 0) return { isJson, hasColor: true, action: async () => exitCode.fine };
    return {
      isJson,
      hasColor: true,
      action: async (terminal) => tellMistake(terminal, "usage", error.message),
    };
  }
  if (!found.options || !found.action) throw new Error("Internal error: a command without an action");
  return { isJson: found.options.json ?? false, hasColor: found.options.color, action: found.action };
}

/** Runs a command. This is the one place where errors of Glacier itself are met. */
async function execute(action: Action): Promise<ExitCode> {
  try {
    return await action(terminal);
  } catch (error) {
    if (error instanceof GlacierError) return terminal.report({ problems: error.diagnostics });
    const message = error instanceof Error ? error.message : String(error);
    const text = `Internal error: ${message.replace(/^Internal error: /, "")}; please report it.`;
    terminal.stderr.writeLine(terminal.stderr.paint("error", text));
    if (error instanceof Error && error.stack) terminal.stderr.writeLine(error.stack);
    return tellMistake(terminal, "internal", text);
  }
}

/** Programs get mistakes that are no diagnostics as `error`. */
function tellMistake(terminal: Terminal, kind: "usage" | "internal", message: string): ExitCode {
  if (terminal.isJson) {
    terminal.stdout.writeLine(JSON.stringify({ ok: false, diagnostics: [], error: { kind, message } }));
  }
  return exitCode.usage;
}
