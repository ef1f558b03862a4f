/**
 * `node --import @glacier-ts/plugin/register src/pipeline.ts`: runs TypeScript with the wiring, without a build.
 *
 * The whole project is analysed in memory when a file of it is first loaded; its errors stop that file from loading.
 * Types are removed by the project's own compiler, so enums, parameter properties, JSX and imports of types work, and
 * stack traces show the lines and columns of the source. Types are not checked.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import * as module from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";
import { AnalyzerCrash, fromCompiler } from "@glacier-ts/analyzer/program";
import { GlacierError } from "@glacier-ts/core";
import remapping, { type EncodedSourceMap } from "@jridgewell/remapping";
import ts from "typescript";
import { isCommonJs, loadError, renderAll, type SourceProject, SourceProjects } from "./source-project.js";

const projects = new SourceProjects();

module.registerHooks({
  resolve(specifier, context, nextResolve) {
    const importer = sourceFile(context.parentURL);
    const found = importer === undefined ? undefined : projects.of(importer)?.resolve(specifier, importer);
    return found === undefined
      ? nextResolve(specifier, context)
      : { url: pathToFileURL(found).href, shortCircuit: true };
  },
  load(url, context, nextLoad) {
    const file = sourceFile(url);
    if (file === undefined) return nextLoad(url, context);
    const project = projects.of(file);
    const format = isCommonJs(file, project?.options) ? "commonjs" : "module";
    return { format, source: compile(file, project, format), shortCircuit: true };
  },
});
module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });

if (isMainThread) checkEntry(process.argv[1]);

/** The errors of the project of the program itself are printed bare, before anything of it runs. */
function checkEntry(entry: string | undefined): void {
  const file = entry === undefined ? undefined : sourceFile(pathToFileURL(entry).href);
  if (file === undefined || !existsSync(file)) return;
  const message = problemsOf(realpathSync(file));
  if (message === undefined) return;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function problemsOf(file: string): string | undefined {
  try {
    const project = projects.of(file);
    const errors = project?.errors() ?? [];
    return project && errors.length > 0 ? renderAll(errors, project.readSource) : undefined;
  } catch (error) {
    if (error instanceof GlacierError) return renderAll(error.diagnostics, () => undefined);
    if (error instanceof AnalyzerCrash) return error.stack;
    throw error;
  }
}

/** The path of a module that is a source: TypeScript, or JavaScript of a project, and not inside of a package. */
function sourceFile(url: string | undefined): string | undefined {
  if (!url?.startsWith("file:")) return undefined;
  const file = fileURLToPath(url);
  if (file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
  if (/\.[cm]?tsx?$/.test(file)) return file;
  return /\.[cm]?jsx?$/.test(file) && projects.of(file) ? file : undefined;
}

/**
 * JavaScript with an inline source map to the file as it was written.
 * @throws GlacierError with the errors of the project, or of the syntax of a file that is in none
 */
function compile(file: string, project: SourceProject | undefined, format: "module" | "commonjs"): string {
  const errors = project?.errors() ?? [];
  if (project && errors.length > 0) throw loadError(errors, project.root, project.readSource);
  const wired = project?.wire(file);
  const text = wired?.code ?? readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const {
    outputText,
    sourceMapText = "",
    diagnostics = [],
  } = ts.transpileModule(text, {
    fileName: format === "commonjs" ? file.replace(/\.([jt])s$/, ".c$1s") : file,
    compilerOptions: compilerOptions(project?.options, format),
    reportDiagnostics: wired === undefined,
  });
  const folder = path.dirname(file);
  const broken = diagnostics.filter((found) => found.file).map((found) => fromCompiler(ts, found, folder));
  if (broken.length > 0) throw loadError(broken, folder, () => text);
  const compiled = { ...(JSON.parse(sourceMapText) as EncodedSourceMap), sourceRoot: "" };
  const map = remapping(compiled, (_source, { depth }) =>
    depth === 1 ? (wired?.map as EncodedSourceMap | undefined) : null,
  );
  map.sources = [pathToFileURL(file).href];
  const encoded = Buffer.from(JSON.stringify(map)).toString("base64");
  const code = outputText.replace(/\n\/\/# sourceMappingURL=\S*\s*$/, "");
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

/** The project's own, but for what is made of a file. */
function compilerOptions(
  options: ts.CompilerOptions = {},
  format: "module" | "commonjs",
): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2023,
    ...options,
    // Under NodeNext, `import()` stays one in CommonJS.
    module: format === "commonjs" ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext,
    sourceMap: true,
    inlineSourceMap: false,
    noEmit: false,
    ...(options.jsx === ts.JsxEmit.Preserve && { jsx: ts.JsxEmit.ReactJSX }),
  };
}
