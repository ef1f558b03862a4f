import { type Command, InvalidArgumentError, Option } from "commander";
import type { NamedProject } from "../checked-project.js";
import type { Action } from "../command-line.js";
import type { DatasetsHeadCommandOptions, DatasetsShowCommandOptions } from "../commands/datasets.js";
import { exampleText } from "../usage.js";

const formats = ["table", "json", "csv"] satisfies DatasetsHeadCommandOptions["format"][];

/** Describes `glacier datasets`. */
export function addDatasetCommands(
  program: Command,
  act: (action: (project: NamedProject) => Action) => void,
): void {
  const datasets = program
    .command("datasets")
    .summary("look at datasets and their versions")
    .description("Shows datasets, and what runs have made of them.")
    .helpCommand(false)
    .addHelpText("after", exampleText("datasets"));
  datasets
    .command("ls")
    .summary("list datasets")
    .description("Lists the project's datasets with what the last run has made of each.")
    .addHelpText("after", exampleText("datasets ls"))
    .action(() =>
      act(
        (project) => async (terminal) =>
          (await import("../commands/datasets.js")).listDatasets(project, terminal),
      ),
    );
  datasets
    .command("show")
    .summary("show a dataset")
    .description("Shows where a dataset lives, who makes and reads it, and its versions, the newest first.")
    .argument("<name>", "the dataset's name")
    .option("-n, --limit <n>", "versions to list, at most", readCount, 10)
    .addHelpText("after", exampleText("datasets show"))
    .action((name: string, options: DatasetsShowCommandOptions) =>
      act(
        (project) => async (terminal) =>
          (await import("../commands/datasets.js")).showDataset(project, name, options, terminal),
      ),
    );
  datasets
    .command("head")
    .summary("show the first rows of a dataset")
    .description("Prints the first rows of a dataset: of what there is, or of a version.")
    .argument("<name>", "the dataset's name")
    .argument("[version]", "a version, or the beginning of one; by default the latest")
    .option("-n, --rows <n>", "rows to print, at most", readCount, 10)
    .addOption(new Option("-f, --format <format>", "how to print them").choices(formats).default("table"))
    .addHelpText("after", exampleText("datasets head"))
    .action((name: string, version: string | undefined, options: DatasetsHeadCommandOptions) =>
      act(
        (project) => async (terminal) =>
          (await import("../commands/datasets.js")).headOfDataset(project, name, version, options, terminal),
      ),
    );
  datasets
    .command("diff")
    .summary("compare two versions of a dataset")
    .description("Says which rows and columns were added and removed from one version to another.")
    .argument("<name>", "the dataset's name")
    .argument("<before>", "a version, or the beginning of one")
    .argument("<after>", "another one")
    .addHelpText("after", exampleText("datasets diff"))
    .action((name: string, before: string, after: string) =>
      act(
        (project) => async (terminal) =>
          (await import("../commands/datasets.js")).diffDataset(project, name, [before, after], terminal),
      ),
    );
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
