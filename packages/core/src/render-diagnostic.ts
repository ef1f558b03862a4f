import type { Diagnostic, Location } from "./diagnostic.js";

export interface DiagnosticStyle {
  /** The text of a source file, for the line with the underline; undefined where it cannot be read. */
  readonly readSource: (file: string) => string | undefined;
  /** Wraps text for a terminal that has colours; by default text stays as it is. */
  readonly paint?: (style: "error" | "warning" | "place" | "faint", text: string) => string;
}

/**
 * Renders a diagnostic for people: place, code, message, hint, the source line with the span underlined, and the
 * related places in the same way.
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: DiagnosticStyle): string {
  const paint = style.paint ?? ((_, text) => text);
  const { location, severity, code, message, hint, related } = diagnostic;
  const place = location ? `${paint("place", placeText(location))} - ` : "";
  return [
    `${place}${paint(severity, severity)} ${code}: ${message}`,
    ...(hint === undefined ? [] : [`  ${paint("faint", "hint:")} ${hint}`]),
    ...(location ? excerpt(location, "", style, severity) : []),
    ...related.flatMap((item) => [
      `  ${item.location ? `${paint("place", placeText(item.location))} - ` : ""}${item.message}`,
      ...(item.location ? excerpt(item.location, "  ", style, "place") : []),
    ]),
  ].join("\n");
}

function placeText(location: Location): string {
  return `${location.file}:${location.line}:${location.column}`;
}

/** The line of the source that the span begins in, and a line that underlines the span in it. */
function excerpt(
  location: Location,
  indent: string,
  style: DiagnosticStyle,
  color: "error" | "warning" | "place",
): string[] {
  if (location.start === undefined || location.length === undefined) return [];
  const source = style.readSource(location.file);
  if (source === undefined) return [];
  const lineStart = location.start - (location.column - 1);
  const line = /^[^\r\n]*/.exec(source.slice(lineStart))?.[0] ?? "";
  const gutter = String(location.line);
  const blank = " ".repeat(gutter.length);
  const before = line.slice(0, location.column - 1).replace(/[^\t]/g, " ");
  const underline = "~".repeat(Math.max(1, Math.min(location.length, line.length - location.column + 1)));
  const painted = style.paint?.(color, underline) ?? underline;
  return [`${indent}  ${gutter} | ${line}`, `${indent}  ${blank} | ${before}${painted}`];
}
