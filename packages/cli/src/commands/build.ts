import { manifestSize, type NamedProject, openCheckedProject } from "../checked-project.js";
import type { ExitCode } from "../exit-code.js";
import { fromWorkingDirectory } from "../render-problems.js";
import type { Terminal } from "../terminal.js";
import { countText } from "../units.js";

/** `glacier build`: checks, then writes JavaScript with the wiring, and the manifest. */
export function build(named: NamedProject, terminal: Terminal): ExitCode {
  const opened = openCheckedProject(named);
  if (!opened.ok) return terminal.report({ problems: opened.failure });
  const { project, manifest, problems, hasErrors } = opened.value;
  const files = hasErrors ? [] : project.emit().map((file) => fromWorkingDirectory("", file));
  return terminal.report({
    problems,
    sources: project,
    areProblemsAnswer: true,
    text: hasErrors ? "" : `Built ${manifestSize(manifest)}: ${countText(files.length, "file")} written.`,
    json: { files },
  });
}
