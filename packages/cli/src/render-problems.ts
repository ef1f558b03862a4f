import { relative, resolve, sep } from "node:path";
import process from "node:process";
import { type DiagnosticStyle, type Location, renderDiagnostic } from "@glacier-ts/core";
import type { Channel } from "./channel.js";
import { escapeLines, escapeText, pictureText } from "./escape.js";
import type { Problem } from "./problem.js";
import { countText } from "./units.js";

/** Where the files of problems are; undefined where no project could be opened. */
export interface Sources {
  readonly root: string;
  readSource(file: string): string | undefined;
}

/**
 * Renders problems for people, each with the source line underlined, and their count. Files are named from the working
 * directory, so that a terminal or an editor can open them.
 */
export function renderProblems(
  problems: readonly Problem[],
  sources: Sources | undefined,
  channel: Channel,
): string {
  const files = new Map<string, string>();
  const place = (location: Location): Location => {
    const path = escapeText(fromWorkingDirectory(sources?.root ?? "", location.file));
    files.set(path, location.file);
    return { ...location, file: path };
  };
  const style: DiagnosticStyle = {
    readSource: (path) => {
      const text = sources?.readSource(files.get(path) ?? path);
      return text === undefined ? undefined : pictureText(text);
    },
    paint: (style, text) => channel.paint(style, text),
  };
  const texts = problems.map((problem) => {
    const text = renderDiagnostic(safeProblem(problem, place), style);
    const stack = (problem.stack ?? []).map((line) => channel.paint("faint", escapeText(line)));
    return [text, ...stack].join("\n");
  });
  return [...texts, problemCount(problems)].join("\n\n");
}

/** `Found 2 errors and 1 warning in 3 files.` */
function problemCount(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const warnings = problems.length - errors;
  const files = new Set(problems.flatMap((problem) => problem.location?.file ?? [])).size;
  const parts = [
    ...(errors > 0 ? [countText(errors, "error")] : []),
    ...(warnings > 0 ? [countText(warnings, "warning")] : []),
  ];
  return `Found ${parts.join(" and ")}${files > 0 ? ` in ${countText(files, "file")}` : ""}.`;
}

/** A path of a project, as seen from the working directory; with `/`. */
export function fromWorkingDirectory(root: string, file: string): string {
  const path = relative(process.cwd(), resolve(root, file));
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function safeProblem(problem: Problem, place: (location: Location) => Location): Problem {
  return {
    ...problem,
    message: escapeLines(problem.message),
    ...(problem.hint !== undefined && { hint: escapeLines(problem.hint) }),
    ...(problem.location && { location: place(problem.location) }),
    related: problem.related.map((item) => ({
      message: escapeLines(item.message),
      ...(item.location && { location: place(item.location) }),
    })),
  };
}
