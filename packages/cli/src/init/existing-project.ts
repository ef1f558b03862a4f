/** What is there before `glacier init`: the resolved tsconfig, and whether its files have a pipeline. */
import { type Diagnostic, fail, type Result, report, succeed } from "@glacier-ts/core";
import { InMemoryFileSystemHost, Project, type SourceFile, SyntaxKind, ts } from "ts-morph";

/** Which files a tsconfig takes, relative to its folder, what it extends included. */
export interface FileSelection {
  readonly files?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface ExistingProject {
  /** With those of the configs that it extends. */
  readonly options: ts.CompilerOptions;
  readonly selection: FileSelection;
  readonly references: readonly string[];
}

/**
 * Resolves a tsconfig.
 * @param name the file's name for people
 * @returns GLA4020 where it, or what it extends, is wrong
 */
export function readExistingProject(configFile: string, name: string): Result<ExistingProject, Diagnostic> {
  let fatal: ts.Diagnostic | undefined;
  const parsed = ts.getParsedCommandLineOfConfigFile(configFile, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      fatal = diagnostic;
    },
  });
  // A config without files is no mistake here: the first pipeline is what it lacks.
  const noFiles = [18002, 18003];
  const problem = fatal ?? parsed?.errors.find(({ code }) => !noFiles.includes(code));
  if (!parsed || problem) {
    const text = problem && ts.flattenDiagnosticMessageText(problem.messageText, " ");
    return fail(
      report("fileUneditable", { file: name, why: (text ?? "it is no tsconfig").replace(/\.$/, "") }),
    );
  }
  const raw = parsed.raw as FileSelection & { readonly references?: readonly { readonly path: string }[] };
  return succeed({
    options: parsed.options,
    selection: {
      ...(raw.files && { files: raw.files }),
      ...(raw.include && { include: raw.include }),
      ...(raw.exclude && { exclude: raw.exclude }),
    },
    references: (raw.references ?? []).map(({ path }) => path),
  });
}

/** Whether the selection takes the file, which need not be there. */
export function selects(selection: FileSelection, file: string): boolean {
  const fileSystem = new InMemoryFileSystemHost();
  fileSystem.writeFileSync("/project/tsconfig.json", JSON.stringify(selection));
  fileSystem.writeFileSync(`/project/${file}`, "");
  const project = new Project({ fileSystem, tsConfigFilePath: "/project/tsconfig.json" });
  return project.getSourceFile(`/project/${file}`) !== undefined;
}

/** Whether a file of the project calls `pipeline()` of core, by whatever name it imports it. */
export function hasPipeline(configFile: string): boolean {
  const project = new Project({ tsConfigFilePath: configFile, skipFileDependencyResolution: true });
  return project.getSourceFiles().some(callsPipeline);
}

function callsPipeline(source: SourceFile): boolean {
  const names = new Set(
    source
      .getImportDeclarations()
      .filter((declaration) => declaration.getModuleSpecifierValue() === "@glacier-ts/core")
      .flatMap((declaration) => {
        const named = declaration.getNamedImports().filter((specifier) => specifier.getName() === "pipeline");
        const module = declaration.getNamespaceImport();
        return [
          ...named.map((specifier) => specifier.getAliasNode()?.getText() ?? specifier.getName()),
          ...(module ? [`${module.getText()}.pipeline`] : []),
        ];
      }),
  );
  if (names.size === 0) return false;
  const calls = source.getDescendantsOfKind(SyntaxKind.CallExpression);
  return calls.some((call) => names.has(call.getExpression().getText()));
}
