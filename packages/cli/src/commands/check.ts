import { manifestSize, type NamedProject, openCheckedProject } from "../checked-project.js";
import type { ExitCode } from "../exit-code.js";
import type { Terminal } from "../terminal.js";

/** `glacier check`: reports what is wrong, writes nothing. */
export function check(named: NamedProject, terminal: Terminal): ExitCode {
  const opened = openCheckedProject(named);
  if (!opened.ok) return terminal.report({ problems: opened.failure });
  const { project, manifest, problems, hasErrors } = opened.value;
  return terminal.report({
    problems,
    sources: project,
    areProblemsAnswer: true,
    text: hasErrors ? "" : `Checked ${manifestSize(manifest)}: no errors.`,
  });
}
