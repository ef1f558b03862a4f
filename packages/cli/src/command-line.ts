import { readFileSync } from "node:fs";
import { durationMs } from "@glacier-ts/core";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { NamedProject } from "./checked-project.js";
import type { CacheGcCommandOptions } from "./commands/cache.js";
import type { GraphCommandOptions } from "./commands/graph.js";
import type { InitCommandOptions } from "./commands/init.js";
import type { ManifestCommandOptions } from "./commands/manifest.js";
import type { RenameCommandOptions } from "./commands/rename.js";
import type { RunCommandOptions } from "./commands/run.js";
import type { RunsLsCommandOptions } from "./commands/runs.js";
import type { WhyCommandOptions } from "./commands/why.js";
import { addDatasetCommands } from "./datasets/command-line.js";
import type { ExitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";
import { exampleText, exitCodeText } from "./usage.js";

/** The options of every command. */
export interface GlobalOptions {
  readonly project: string;
  readonly compiler?: NonNullable<NamedProject["compiler"]>;
  readonly env?: string;
  readonly json?: true;
  readonly color: boolean;
}

/** What a command line asks for. */
export type Action = (terminal: Terminal) => Promise<ExitCode>;

const graphFormats = ["text", "mermaid", "dot"] satisfies GraphCommandOptions["format"][];

/**
 * Describes the command line. Commands are imported when they are asked for: the compiler alone takes longer to load
 * than help takes to read.
 *
 * @param onAction receives what the command line asks for
 * @returns a parser that throws `CommanderError` for help, the version, and mistakes
 */
export function commandLine(onAction: (options: GlobalOptions, action: Action) => void): Command {
  const program = new Command("glacier")
    .description("Checks, builds, draws and runs data pipelines in TypeScript.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .option("-p, --project <path>", "a tsconfig.json, or a folder with one", ".")
    .addOption(
      new Option(
        "--compiler <version>",
        "read the project with TypeScript 6 or 7; by default with its own",
      ).argParser(readCompiler),
    )
    .option("--env <name>", "where datasets live: an environment of glacier.config.ts; also by GLACIER_ENV")
    .option("--json", "write JSON to stdout, and no text for people")
    .option("--no-color", "write no colors; also by NO_COLOR=1, and the opposite by FORCE_COLOR=1")
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("Run `glacier --help` for help.")
    .exitOverride()
    .addHelpText("after", exampleText("glacier") + exitCodeText);
  const act = (action: (project: NamedProject) => Action) => {
    const options = program.opts<GlobalOptions>();
    const { project: path, compiler, env: environment } = options;
    onAction(options, action({ path, compiler, environment }));
  };

  program
    .command("init")
    .summary("add Glacier to a project")
    .description(
      "Adds the plugin to the tsconfig, scripts and dependencies to the package.json, and a first pipeline; says what it changed. Runs no other program.",
    )
    .argument("[folder]", "the project's folder, or its tsconfig.json; by default --project")
    .option("--dry-run", "print the diff, write nothing")
    .addHelpText("after", exampleText("init"))
    .action((folder: string | undefined, options: InitCommandOptions) =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/init.js")).init(folder ?? path, options, terminal),
      ),
    );
  program
    .command("build")
    .summary("check, then write JavaScript and the manifest")
    .description(
      "Checks types and pipelines; without errors, writes JavaScript with the wiring, and the manifest.",
    )
    .addHelpText("after", exampleText("build"))
    .action(() =>
      act((project) => async (terminal) => (await import("./commands/build.js")).build(project, terminal)),
    );
  program
    .command("manifest")
    .summary("check, then write the manifest only")
    .description("Checks types and pipelines; without errors, writes the manifest.")
    .addOption(new Option("--stdout", "print the manifest, write nothing").conflicts("check"))
    .option("--check", "write nothing; fail when the file on disk differs")
    .addHelpText("after", exampleText("manifest"))
    .action((options: ManifestCommandOptions) =>
      act(
        (project) => async (terminal) =>
          (await import("./commands/manifest.js")).manifest(project, options, terminal),
      ),
    );
  program
    .command("check")
    .summary("report type errors and problems of pipelines")
    .description("Reports type errors and problems of pipelines; writes nothing.")
    .addHelpText("after", exampleText("check"))
    .action(() =>
      act((project) => async (terminal) => (await import("./commands/check.js")).check(project, terminal)),
    );
  program
    .command("graph")
    .summary("draw pipelines")
    .description("Checks, then draws a pipeline, or all.")
    .argument("[pipeline]", "the pipeline's name; by default all")
    .addOption(new Option("-f, --format <format>", "how to draw").choices(graphFormats).default("text"))
    .addHelpText("after", exampleText("graph"))
    .action((name: string | undefined, options: GraphCommandOptions) =>
      act(
        (project) => async (terminal) =>
          (await import("./commands/graph.js")).graph(project, name, options, terminal),
      ),
    );
  program
    .command("run")
    .summary("build, then run a pipeline")
    .description("Checks and builds, then runs a pipeline on this machine and shows what it returned.")
    .addArgument(new Argument("[pipeline]", "the pipeline's name; not needed where there is only one"))
    .option("-c, --concurrency <n>", "tasks that run at the same time, at most", readConcurrency)
    .option("--param <name=value>", "give a run parameter; the value is read as its type says", readParams)
    .option("--secrets <path>", "read secrets that the environment lacks from a file of NAME=value lines")
    .option("-k, --keep <dataset...>", "show these datasets, too, not only those that no task reads")
    .option(
      "-s, --select <expression...>",
      "run these tasks only: clean, +clean, clean+, tag:daily, state:changed",
    )
    .option("-x, --exclude <expression...>", "but not these")
    .option(
      "--resume [run]",
      "go on with a run, the last one by default: what is finished does not run again",
    )
    .option("--dry-run", "run nothing; show what would run, and why")
    .option("--force", "run tasks although nothing has changed since they ran")
    .option("--keep-going", "after a failure, go on with what does not depend on it")
    .option("--timeout <duration>", "stop the run after so long: 90s, 5m, 1h", readDuration)
    .option("--isolate", "run each task in a process of its own")
    .option("-w, --watch", "run again what a saved file makes stale")
    .addHelpText("after", exampleText("run"))
    .action((name: string | undefined, options: RunCommandOptions & { readonly watch?: true }) =>
      act((project) => async (terminal) => {
        if (options.watch) return (await import("./commands/watch.js")).watch(project, terminal);
        return (await import("./commands/run.js")).run(project, name, options, terminal);
      }),
    );
  program
    .command("why")
    .summary("say why a task would run, or would not")
    .description("Says what `glacier run` would do with a task, and what has changed since it ran last.")
    .argument("<task>", "the task's name or id")
    .option("--pipeline <name>", "the pipeline's name; not needed where there is only one")
    .option("--param <name=value>", "give a run parameter, as to `glacier run`", readParams)
    .addHelpText("after", exampleText("why"))
    .action((task: string, options: WhyCommandOptions) =>
      act(
        (project) => async (terminal) =>
          (await import("./commands/why.js")).why(project, task, options, terminal),
      ),
    );
  const runs = program
    .command("runs")
    .summary("list runs, or show one")
    .description("What is known of former runs.")
    .helpCommand(false)
    .addHelpText("after", exampleText("runs"));
  runs
    .command("ls")
    .summary("list runs")
    .description("Lists runs, the newest first.")
    .addOption(new Option("-n, --limit <n>", "as many runs, at most").argParser(readAmount).default(20))
    .addHelpText("after", exampleText("runs ls"))
    .action((options: RunsLsCommandOptions) =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/runs.js")).listRuns(path, options, terminal),
      ),
    );
  runs
    .command("show")
    .summary("show a run")
    .description("Shows a run with its tasks and its failures.")
    .argument("[run]", "the run's id or the beginning of it", "last")
    .addHelpText("after", exampleText("runs show"))
    .action((id: string) =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/runs.js")).showRun(path, id, terminal),
      ),
    );
  program
    .command("logs")
    .summary("show what tasks have logged")
    .description("Shows what the tasks of a run have logged, with time, level and task.")
    .argument("<run>", "the run's id or the beginning of it, or `last`")
    .argument("[task]", "the task's name or id; by default all")
    .addHelpText("after", exampleText("logs"))
    .action((id: string, task: string | undefined) =>
      act(
        ({ path }) =>
          async (terminal) =>
            await (await import("./commands/logs.js")).showLogs(path, { id, task }, terminal),
      ),
    );
  const cache = program
    .command("cache")
    .summary("list or clean up what is kept of former runs")
    .description("What is kept of former runs, so that tasks need not run again.")
    .helpCommand(false)
    .addHelpText("after", exampleText("cache"));
  cache
    .command("ls")
    .summary("list what is kept")
    .description("Lists what is kept of each task: results, size, age, and the newest run that made one.")
    .addHelpText("after", exampleText("cache ls"))
    .action(() =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/cache.js")).listCache(path, terminal),
      ),
    );
  cache
    .command("gc")
    .summary("remove what is not needed")
    .description(
      "Removes old runs, and results that no run needs which is left; never what a run needs that is going on.",
    )
    .option(
      "--max-age <duration>",
      "remove what no run has made or used for so long: 7d, 12h, 30m",
      readDuration,
    )
    .option("--keep-runs <n>", "keep so many runs of each pipeline; by default 10", readAmount)
    .option("--dry-run", "remove nothing, show what would be removed")
    .addHelpText("after", exampleText("cache gc"))
    .action((options: CacheGcCommandOptions) =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/cache.js")).collectCache(path, options, terminal),
      ),
    );
  addDatasetCommands(program, act);
  program
    .command("rename")
    .summary("rename a dataset everywhere")
    .description("Renames what is named in several places.")
    .helpCommand(false)
    .command("dataset")
    .summary("rename a dataset")
    .description(
      "Renames a dataset: every type, value, option, storage path and declaration that means it, and nothing else. Prints the diff.",
    )
    .argument("<from>", "the dataset's name")
    .argument("<to>", "its new name")
    .option("--write", "apply the diff")
    .addHelpText("after", exampleText("rename"))
    .action((from: string, to: string, options: RenameCommandOptions) =>
      act(
        ({ path }) =>
          async (terminal) =>
            (await import("./commands/rename.js")).rename(path, { from, to }, options, terminal),
      ),
    );
  return program;
}

function readCompiler(text: string): 6 | 7 {
  if (text !== "6" && text !== "7") throw new InvalidArgumentError("It must be 6 or 7.");
  return text === "6" ? 6 : 7;
}

/** Adds `name=value` to the parameters that were given before it. */
function readParams(text: string, before: RunCommandOptions["param"] = {}): RunCommandOptions["param"] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("It must be name=value.");
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

function readConcurrency(text: string): number {
  const amount = Number(text);
  if (!/^\d+$/.test(text) || amount < 1)
    throw new InvalidArgumentError("It must be a whole number from 1 up.");
  return amount;
}

function readAmount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** @returns milliseconds */
function readDuration(text: string): number {
  const duration = durationMs(text);
  if (duration === undefined)
    throw new InvalidArgumentError("It must be a duration, such as 7d, 12h or 30m.");
  return duration;
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
