/**
 * Reads pipelines out of TypeScript programs.
 * @module @glacier-ts/analyzer
 */
export { analyze, type ProgramAnalysis } from "./analyze.js";
export { FileAnalyzer } from "./analyze-file.js";
export { AnalyzerCrash } from "./analyzer-crash.js";
export type * from "./compiler-host.js";
export { describeSchema } from "./describe-schema.js";
export { EditorProject } from "./hosts/editor-project.js";
export { fileDependencies } from "./hosts/file-dependencies.js";
export { type ProgramOptions, ProgramProject, replaceFile } from "./hosts/program-project.js";
export { typescript6Host } from "./hosts/typescript6.js";
export type { FileDependencies } from "./incremental/file-graph.js";
export { IncrementalAnalysis } from "./incremental-analysis.js";
export { type Linked, link } from "./link.js";
export type { FileFacts } from "./model.js";
export { type Compiler, type OpenOptions, openProject } from "./open-project.js";
export type { Analysis, Project } from "./project.js";
