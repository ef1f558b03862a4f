import { FileAnalyzer } from "./analyze-file.js";
import { whileReading } from "./analyzer-crash.js";
import type { CompilerHost } from "./compiler-host.js";
import { type Linked, link } from "./link.js";

/** What the analyzer learned of a whole program. */
export type ProgramAnalysis = Linked;

/**
 * Analyses every file of a program and links the facts.
 * @throws AnalyzerCrash where Glacier itself is wrong
 */
export function analyze(host: CompilerHost): ProgramAnalysis {
  return whileReading("the project", () => {
    const analyzer = new FileAnalyzer(host);
    const files = host.files().map((file) => analyzer.analyzeFile(file));
    return link(files, host);
  });
}
