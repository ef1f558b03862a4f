/** Option `manifest` of the Glacier plugin among the plugins of a tsconfig. */
export function manifestOption(plugins: unknown): string | undefined {
  // What is written in a tsconfig may be anything.
  const entries = (Array.isArray(plugins) ? plugins : []) as readonly ({
    readonly transform?: unknown;
    readonly name?: unknown;
    readonly manifest?: unknown;
  } | null)[];
  const plugin = entries.find((entry) =>
    String(entry?.transform ?? entry?.name).startsWith("@glacier-ts/plugin"),
  );
  return typeof plugin?.manifest === "string" ? plugin.manifest : undefined;
}
