import { type Diagnostic, fail, type Result, succeed } from "@glacier-ts/core";
import { type Materialization, type RecordedCheck, State } from "@glacier-ts/runtime/state";
import { encodeText } from "@glacier-ts/storage";
import { type BuiltProject, buildProject, stateFolder } from "../built-project.js";
import type { Channel } from "../channel.js";
import { lastChecksTable } from "../check-table.js";
import type { NamedProject } from "../checked-project.js";
import { type KnownDataset, reportOnDataset } from "../datasets/dataset-project.js";
import { type DatasetDiff, diffVersions, renderDiff } from "../datasets/diff-versions.js";
import { type LoadedVersion, loadVersion, shortVersion } from "../datasets/load-version.js";
import { escapeText } from "../escape.js";
import type { ExitCode } from "../exit-code.js";
import { nameOfId, shortRunId } from "../recorded-run.js";
import { isAsyncIterable } from "../run/json-value.js";
import { previewRows, previewValue } from "../run/value-preview.js";
import { renderPairs, renderTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { countText, sizeText, timeText } from "../units.js";

/** `glacier datasets ls`: every dataset of the project, and what the last run has made of it. */
export async function listDatasets(named: NamedProject, terminal: Terminal): Promise<ExitCode> {
  const built = await buildProject(named);
  if (!built.ok) return terminal.report(built.failure);
  const project = built.value;
  const opened = State.open(stateFolder(project));
  if (!opened.ok) return terminal.report({ problems: [...project.warnings, opened.failure] });
  const { state, warnings } = opened.value;
  try {
    const made = new Map(state.latestMaterializations().map((each) => [each.dataset, each]));
    const names = Object.keys(project.manifest.datasets);
    return terminal.report({
      problems: [...project.warnings, ...warnings],
      sources: project,
      text:
        names.length === 0
          ? "The project has no dataset."
          : datasetTable(names, project, made, terminal.stdout),
      json: {
        datasets: names.map((name) => ({
          name,
          ...project.manifest.datasets[name],
          ...(made.has(name) && { latest: made.get(name) }),
        })),
      },
    });
  } finally {
    state.close();
  }
}

export interface DatasetsShowCommandOptions {
  /** How many materializations. */
  readonly limit: number;
}

/** `glacier datasets show`: where a dataset lives, who makes and reads it, what checks have found, and its versions. */
export function showDataset(
  named: NamedProject,
  name: string,
  { limit }: DatasetsShowCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return reportOnDataset(named, name, terminal, async (dataset) => {
    const { manifest, schema } = dataset;
    const materializations = dataset.materializations.slice(0, limit);
    const { producers, consumers } = tasksOf(dataset);
    const checks = dataset.state.checksOf(name);
    return succeed({
      text: renderDataset(dataset, materializations, checks, terminal.stdout),
      json: {
        dataset: {
          name,
          ...manifest,
          schema,
          producers,
          consumers,
          ...(checks.length > 0 && { checks }),
          materializations,
        },
      },
    });
  });
}

export interface DatasetsHeadCommandOptions {
  readonly rows: number;
  readonly format: "table" | "json" | "csv";
}

/** `glacier datasets head`: the first rows of a dataset. */
export function headOfDataset(
  named: NamedProject,
  name: string,
  version: string | undefined,
  { rows, format }: DatasetsHeadCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return reportOnDataset(named, name, terminal, async (dataset) => {
    const loaded = await loadVersion(dataset, version);
    if (!loaded.ok) return fail([loaded.failure]);
    const first = await firstRows(loaded.value.value, rows);
    const text = await headText(dataset, first, format, terminal);
    if (!text.ok) return fail([text.failure]);
    const json = terminal.isJson ? await encodeText(name, "json", dataset.schema, first) : succeed("null");
    if (!json.ok) return fail([json.failure]);
    return succeed({
      text: text.value,
      json: { dataset: name, version: loaded.value.version, value: JSON.parse(json.value) },
    });
  });
}

/** `glacier datasets diff`: what differs between two versions. */
export function diffDataset(
  named: NamedProject,
  name: string,
  versions: readonly [string, string],
  terminal: Terminal,
): Promise<ExitCode> {
  return reportOnDataset(named, name, terminal, async (dataset) => {
    const loaded: LoadedVersion[] = [];
    for (const version of versions) {
      const found = await loadVersion(dataset, version);
      if (!found.ok) return fail([found.failure]);
      loaded.push(found.value);
    }
    const [before, after] = loaded as [LoadedVersion, LoadedVersion];
    const diff: DatasetDiff = await diffVersions(before, after);
    return succeed({ text: renderDiff(diff, terminal.stdout), json: { dataset: name, diff } });
  });
}

function datasetTable(
  names: readonly string[],
  { manifest }: BuiltProject,
  made: ReadonlyMap<string, Materialization>,
  channel: Channel,
): string {
  return renderTable({
    header: ["dataset", "storage", "rows", "size", "version", "made", "by"],
    rows: names.map((name) => {
      const { storage } = manifest.datasets[name] ?? {};
      const latest = made.get(name);
      return [
        escapeText(name),
        storage?.kind ?? "",
        latest?.rows ?? "",
        latest?.sizeBytes === undefined ? "" : sizeText(latest.sizeBytes),
        latest ? versionText(latest) : "",
        latest ? timeText(latest.createdAt) : "",
        latest ? escapeText(nameOfId(latest.task)) : "",
      ];
    }),
    channel,
    amounts: ["size"],
  });
}

function renderDataset(
  dataset: KnownDataset,
  materializations: readonly Materialization[],
  checks: readonly RecordedCheck[],
  channel: Channel,
): string {
  const { name, manifest, materializations: all } = dataset;
  const { producers, consumers } = tasksOf(dataset);
  const place = all[0]?.place ?? (manifest.storage && JSON.stringify(manifest.storage));
  const facts = [
    ["dataset", name],
    ["about", manifest.doc?.split("\n")[0]],
    ["declared at", manifest.declared],
    ["stored in", place ?? "memory; runs keep what it was"],
    ["format", manifest.format],
    ["made by", producers.map(nameOfId).join(", ")],
    ["read by", consumers.map(nameOfId).join(", ")],
  ].flatMap(([key = "", value]) => (value ? [[key, escapeText(value)] as const] : []));
  const checked = checks.length > 0 ? `\n\n${lastChecksTable(checks, channel)}` : "";
  const pairs = `${renderPairs(facts, channel)}${checked}`;
  if (all.length === 0) return `${pairs}\n\n${channel.paint("faint", "No run has made it yet.")}`;
  const more = all.length - materializations.length;
  const rest = more > 0 ? `\n${channel.paint("faint", `… and ${countText(more, "earlier one")}`)}` : "";
  return `${pairs}\n\n${versionTable(materializations, channel)}${rest}`;
}

function versionTable(materializations: readonly Materialization[], channel: Channel): string {
  return renderTable({
    header: ["version", "rows", "size", "schema", "made", "by", "run"],
    rows: materializations.map((made) => [
      versionText(made),
      made.rows ?? "",
      made.sizeBytes === undefined ? "" : sizeText(made.sizeBytes),
      shortVersion(made.schema ?? ""),
      timeText(made.createdAt),
      escapeText(nameOfId(made.task)),
      escapeText(shortRunId(made.runId)),
    ]),
    channel,
    amounts: ["size"],
    isWhole: true,
  });
}

const versionText = ({ version }: Materialization) => (version === null ? "nothing" : shortVersion(version));

function tasksOf({ name, project }: KnownDataset) {
  const tasks = Object.entries(project.manifest.tasks);
  const withIt = (kind: "inputs" | "outputs") =>
    tasks
      .filter(([, task]) => !task.check && task[kind].some(({ dataset }) => dataset === name))
      .map(([id]) => id);
  return { producers: withIt("outputs"), consumers: withIt("inputs") };
}

async function firstRows(value: unknown, count: number): Promise<unknown> {
  if (Array.isArray(value)) return value.slice(0, count);
  if (!isAsyncIterable(value)) return value;
  const rows: unknown[] = [];
  for await (const row of value) {
    if (rows.length === count) break;
    rows.push(row);
  }
  return rows;
}

async function headText(
  { name, schema }: KnownDataset,
  value: unknown,
  format: DatasetsHeadCommandOptions["format"],
  { stdout }: Terminal,
): Promise<Result<string, Diagnostic>> {
  if (format !== "table") {
    const text = await encodeText(name, format, schema, value);
    return text.ok ? succeed(text.value.trimEnd()) : text;
  }
  return succeed(Array.isArray(value) ? previewRows(value, stdout) : await previewValue(value, stdout));
}
