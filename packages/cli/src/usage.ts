/** Examples that end each command's help. */
const examples = {
  glacier: [
    ["glacier check", "look for mistakes in the project of the working directory"],
    ["glacier run", "run its only pipeline"],
    ["glacier run analytics --project packages/etl", "run a pipeline of another project"],
    ["glacier graph analytics --format mermaid", "draw a pipeline for a README"],
  ],
  init: [
    ["glacier init", "add Glacier to the project of the working directory, or start one there"],
    ["glacier init packages/etl", "to a package of a monorepo"],
    ["glacier init --dry-run", "show what would change, write nothing"],
  ],
  build: [
    ["glacier build", "build the project of the working directory"],
    ["glacier build --project tsconfig.release.json", "build with another tsconfig"],
    ["glacier build --json", "diagnostics and written files, for a program"],
  ],
  manifest: [
    ["glacier manifest", "write glacier.manifest.json"],
    ["glacier manifest --check", "in CI: fail when the file is not up to date"],
    ["glacier manifest --stdout | jq .pipelines", "print it, write nothing"],
  ],
  check: [
    ["glacier check", "check the project of the working directory"],
    ["glacier check --project examples/flights", "check another one"],
    ["glacier check --compiler 7", "check with TypeScript 7, in about half the time"],
    ["glacier check --json", "diagnostics for a program"],
  ],
  graph: [
    ["glacier graph", "draw every pipeline of the project"],
    ["glacier graph analytics --format dot | dot -Tsvg > analytics.svg", "draw one with Graphviz"],
    ["glacier graph --json", "tasks, edges and order, for a program"],
  ],
  run: [
    ["glacier run", "run the project's only pipeline"],
    ["glacier run analytics --keep clean_users", "show a dataset that other tasks read, too"],
    ["glacier run analytics --param limit=10", "give a parameter that a task takes"],
    ["glacier run analytics --secrets .env", "take secrets from a file"],
    ["glacier run analytics --concurrency 1", "run one task at a time"],
    ["glacier run analytics --select +metrics --dry-run", "show what would run for one task, and why"],
    ["glacier run analytics --resume", "go on with the last run after a failure"],
    ["glacier run analytics --watch", "run again what a saved file makes stale"],
    ["glacier run analytics --json | jq -c 'select(.type == \"task-failed\")'", "one event a line"],
  ],
  why: [
    ["glacier why metrics", "what has changed since the task ran last"],
    ["glacier why metrics --param limit=10", "with a run parameter"],
  ],
  datasets: [
    ["glacier datasets ls", "list the project's datasets"],
    ["glacier datasets head clean_users", "look into one"],
  ],
  "datasets ls": [
    ["glacier datasets ls --env prod", "where they live in production"],
    ["glacier datasets ls --json | jq '.datasets[].name'", "for a program"],
  ],
  "datasets show": [["glacier datasets show clean_users", "its place, its tasks and its versions"]],
  "datasets head": [
    ["glacier datasets head clean_users --rows 3", "print three rows as a table"],
    ["glacier datasets head clean_users 3f2a91c0 --format csv", "an earlier version, as CSV"],
  ],
  "datasets diff": [
    ["glacier datasets diff clean_users 3f2a91c0 77b0e1d2", "what has changed from one to the other"],
  ],
  runs: [
    ["glacier runs ls", "list the newest runs"],
    ["glacier runs show", "show the last run"],
  ],
  "runs ls": [
    ["glacier runs ls --limit 100", "list more runs"],
    ["glacier runs ls --json | jq '.runs[0].status'", "for a program"],
  ],
  "runs show": [
    ["glacier runs show", "show the last run, with its failures"],
    ["glacier runs show 3f2a91c0", "show another one, by the beginning of its id"],
  ],
  logs: [
    ["glacier logs last", "what the tasks of the last run have logged"],
    ["glacier logs last clean", "one task only"],
    ["glacier logs last --json | jq -c 'select(.level == \"error\")'", "one event a line"],
  ],
  cache: [
    ["glacier cache ls", "list what is kept of former runs, by task"],
    ["glacier cache gc --dry-run", "show what is not needed any more"],
  ],
  "cache ls": [["glacier cache ls", "list what is kept of former runs, by task"]],
  "cache gc": [
    ["glacier cache gc", "keep 10 runs of each pipeline, and the newest result of each task"],
    ["glacier cache gc --max-age 7d", "and nothing that was not used for a week"],
    ["glacier cache gc --keep-runs 1 --dry-run", "show what would be removed"],
  ],
  rename: [
    ["glacier rename dataset raw_users users", "print what would change"],
    ["glacier rename dataset raw_users users --write", "change it"],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string])[]>>;

/** Text for the end of a command's help. */
export function exampleText(command: keyof typeof examples): string {
  const lines = examples[command].map(([line, purpose]) => `  $ ${line}\n      ${purpose}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

export const exitCodeText = `

Exit codes:
  0  fine
  1  the pipeline has problems: type errors, diagnostics, a failed or cancelled run, a stale manifest
  2  the command line is wrong, or Glacier is`;
