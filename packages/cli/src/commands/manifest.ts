import { renderManifest, report } from "@glacier-ts/core";
import { type NamedProject, openCheckedProject } from "../checked-project.js";
import type { ExitCode } from "../exit-code.js";
import { compareManifestFile, writeManifestFile } from "../manifest-file.js";
import { fromWorkingDirectory } from "../render-problems.js";
import type { Terminal } from "../terminal.js";

export interface ManifestCommandOptions {
  /** Print the manifest instead of writing it. */
  readonly stdout?: boolean;
  /** Compare the manifest with the file instead of writing it. */
  readonly check?: boolean;
}

/** `glacier manifest`: checks, then writes, prints or compares the manifest. */
export function manifest(named: NamedProject, options: ManifestCommandOptions, terminal: Terminal): ExitCode {
  const opened = openCheckedProject(named);
  if (!opened.ok) return terminal.report({ problems: opened.failure });
  const { project, manifest, problems, hasErrors } = opened.value;
  const found = { problems, sources: project, areProblemsAnswer: !options.stdout };
  if (hasErrors) return terminal.report(found);

  const text = renderManifest(manifest);
  const file = fromWorkingDirectory("", project.manifestFile);
  if (options.stdout) {
    return terminal.report({ ...found, text: text.trimEnd(), json: { manifest } });
  }
  if (options.check) {
    const difference = compareManifestFile(project.manifestFile, manifest);
    const isStale = difference !== undefined;
    return terminal.report({
      ...found,
      problems: isStale ? [...problems, report("manifestStale", { file, difference })] : problems,
      text: isStale ? "" : `${file} is up to date.`,
      json: { file, isStale },
    });
  }
  const written = writeManifestFile(project.manifestFile, text);
  if (!written.ok) return terminal.report({ ...found, problems: [...problems, written.failure] });
  return terminal.report({
    ...found,
    text: written.value ? `Wrote ${file}.` : `${file} is up to date.`,
    json: { file, isWritten: written.value },
  });
}
