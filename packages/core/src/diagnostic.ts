/** A span of a file. It stands in for a compiler's node, and for a place in a data file. */
export interface Location {
  /** Relative to the project's root, with `/`; or absolute where the file is outside of it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Offset of the span in UTF-16 code units; absent where only the line is known. */
  readonly start?: number;
  /** Length of the span in UTF-16 code units. */
  readonly length?: number;
}

export type Severity = "error" | "warning";

/** `GLA` and four digits, see the catalogue; `TS` and a number for what the TypeScript compiler itself reports. */
export type DiagnosticCode = `GLA${number}` | `TS${number}`;

/** One problem in the user's code, configuration or data. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What was found and what was expected, with the user's own identifiers. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly location?: Location;
  /** Other places that have a part in the problem. */
  readonly related: readonly RelatedInformation[];
}

export interface RelatedInformation {
  readonly message: string;
  readonly location?: Location;
}

/**
 * Thrown to the user's code when the user's pipeline, configuration or data is wrong.
 * The stack starts at the user's call of `boundary`: frames inside of Glacier would not help.
 */
export class GlacierError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], boundary?: (...args: never[]) => unknown) {
    super(diagnostics.map(diagnosticText).join("\n"));
    this.name = "GlacierError";
    this.diagnostics = diagnostics;
    const { captureStackTrace } = Error as { captureStackTrace?: (error: Error, boundary: unknown) => void };
    if (boundary) captureStackTrace?.(this, boundary);
  }
}

/** One line for the problem and one for the hint, without its source. */
export function diagnosticText(diagnostic: Diagnostic): string {
  const { location, code, message, hint } = diagnostic;
  const place = location ? `${location.file}:${location.line}:${location.column} - ` : "";
  return `${place}${code}: ${message}${hint ? `\n  hint: ${hint}` : ""}`;
}

/** The number under which compilers and editors know a diagnostic: 990000 and the four digits; TypeScript's as it is. */
export function compilerCode(code: DiagnosticCode): number {
  return code.startsWith("GLA")
    ? 990_000 + Number(code.slice("GLA".length))
    : Number(code.slice("TS".length));
}
