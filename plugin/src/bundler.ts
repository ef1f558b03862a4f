/**
 * Glacier inside of bundlers: writes the wiring into a project's modules before the bundler removes their types, and
 * reports what is wrong in the project. One plugin, made for each bundler by `unplugin`.
 */
import path from "node:path";
import type { Diagnostic } from "@glacier-ts/core";
import type { UnpluginFactory, UnpluginMessage } from "unplugin";
import type { ViteDevServer } from "vite";
import { renderAll, type SourceProject, SourceProjects } from "./source-project.js";

export interface BundlerOptions {
  /** The tsconfig of the pipelines; by default the nearest `tsconfig.json` of each file. */
  readonly tsconfig?: string;
}

export const glacier: UnpluginFactory<BundlerOptions | undefined, false> = (options) => {
  const projects = new SourceProjects(options?.tsconfig);
  /** Warnings that were given already. */
  const warned = new WeakSet<Diagnostic>();
  /** Modules that have wiring in them, or errors. */
  const wired = new Set<string>();
  const servers = new Set<ViteDevServer>();

  return {
    name: "glacier",
    // Offsets are those of the file as it was written.
    enforce: "pre",
    buildStart: () => projects.expire(),
    watchChange() {
      projects.expire();
      // Vite keeps the text of a module whose imports have changed; a pipeline's has the manifest in it.
      for (const { environments } of servers) {
        for (const { moduleGraph } of Object.values(environments)) {
          for (const id of wired) {
            const module = moduleGraph.getModuleById(id);
            if (module) moduleGraph.invalidateModule(module);
          }
        }
      }
    },
    vite: {
      configureServer(server) {
        servers.add(server);
      },
    },
    transform: {
      filter: { id: { include: /\.[cm]?[jt]sx?(\?|$)/, exclude: /[\\/]node_modules[\\/]/ } },
      handler(code, id) {
        const file = id.replace(/\?.*$/s, "");
        const text = code.replace(/^\uFEFF/, "");
        const project = projectWith(projects, file, text);
        // `tasks.ts?raw` is another thing than the module.
        if (!project || (file !== id && project.textOf(file) !== text)) return null;
        for (const warning of project.diagnostics().filter(({ severity }) => severity === "warning")) {
          if (!warned.has(warning)) this.warn(messageOf(project, [warning]));
          warned.add(warning);
        }
        const errors = project.errors();
        if (!project.isWired(file) && !errors.some((error) => isIn(file, error, project))) return null;
        wired.add(id);
        // The wiring is made of the whole project, so each file of it is part of this module.
        for (const source of project.files()) this.addWatchFile(source);
        if (errors.length > 0) return this.error(messageOf(project, errors));
        if (project.textOf(file) !== text) return this.error(changedBefore(file));
        return project.wire(file) ?? null;
      },
    },
  };
};

/** The project of a file, with the text of the file that the bundler has. */
function projectWith(projects: SourceProjects, file: string, text: string): SourceProject | undefined {
  const project = projects.of(file);
  if (!project?.has(file)) return undefined;
  if (project.textOf(file) !== text) project.expire();
  return project;
}

const isIn = (file: string, { location }: Diagnostic, { root }: SourceProject) =>
  location !== undefined && path.resolve(root, location.file) === file;

function messageOf(project: SourceProject, diagnostics: readonly Diagnostic[]): UnpluginMessage {
  const place = diagnostics[0]?.location;
  const message = renderAll(diagnostics, project.readSource);
  if (!place) return { message, stack: "" };
  const file = path.resolve(project.root, place.file);
  // Bundlers count columns from 0.
  return { message, stack: "", id: file, loc: { file, line: place.line, column: place.column - 1 } };
}

function changedBefore(file: string): UnpluginMessage {
  const message = `Another plugin has changed '${file}' before Glacier. List Glacier first among the plugins.`;
  return { id: file, message, stack: "" };
}
