import path from "node:path";
import {
  type Diagnostic,
  fail,
  type Location,
  type Manifest,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import { isDeclarationFile, type OtherPlace } from "../model.js";
import type { Dependencies } from "./dependencies.js";

/** A module of another package or project. */
export interface OtherModule {
  /** As our manifest names it. */
  readonly module: string;
  /** The source or JavaScript to import it from, absolute; undefined where its project writes declarations only. */
  readonly file: string | undefined;
  /** What its project says of it; undefined where the source itself is there. */
  readonly described: DescribedModule | undefined;
}

interface DescribedModule {
  readonly manifest: Manifest;
  /** The project's folder, absolute. */
  readonly root: string;
  /** The module as its own manifest names it. */
  readonly source: string;
  readonly kind: "package" | "project";
  readonly owner: string;
}

/** Why a module, or what is in it, cannot be read. */
export interface Unread {
  readonly diagnostic: Diagnostic;
  /** What has to be mended: reported once. */
  readonly cause: string;
}

/**
 * Finds the module of what another project declares.
 *
 * @param what for messages: `Task 'clean'`
 * @param refuse makes the failure where nobody has written the declaration file
 * @returns the module; or GLA4002, GLA4003, GLA4014 or GLA4015 at the location
 */
export function readOtherModule(
  { file: declaringFile }: OtherPlace,
  what: string,
  location: Location,
  root: string,
  dependencies: Dependencies,
  refuse: (why: string) => Unread,
): Result<OtherModule, Unread> {
  const file = path.resolve(root, declaringFile);
  if (!isDeclarationFile(declaringFile)) {
    return succeed({ module: dependencies.moduleName(file), file, described: undefined });
  }
  const writer = dependencies.of(file);
  if (!writer)
    return fail(
      refuse(`'${declaringFile}' only declares it, and no project with a manifest has written that`),
    );
  const { kind, owner, manifestName, found } = writer;
  if (!found) {
    const details = { what, kind, owner, file: manifestName };
    return fail({ diagnostic: report("dependencyWithoutManifest", details, location), cause: owner });
  }
  if (!found.ok) return fail({ diagnostic: { ...found.failure, location }, cause: owner });
  const { manifest, modules, root: otherRoot } = found.value;
  const source = modules.get(dependencies.realFile(file));
  if (source === undefined) {
    const details = { what, kind, owner, file: declaringFile };
    return fail({ diagnostic: report("moduleNotInManifest", details, location), cause: declaringFile });
  }
  const { javascript } = manifest.modules?.[source] ?? {};
  return succeed({
    module: dependencies.moduleName(path.resolve(otherRoot, source)),
    file: javascript === undefined ? undefined : path.resolve(otherRoot, javascript),
    described: { manifest, root: otherRoot, source, kind, owner },
  });
}
