/** Option `manifest` of the Glacier plugin among the plugins of a tsconfig. */
export function manifestOption(plugins: unknown): string | undefined {
  const entries = (Array.isArray(plugins) ? plugins : []) as readonly {
    readonly transform?: string;
    readonly name?: string;
    readonly manifest?: unknown;
  }[];
  const plugin = entries.find(({ transform, name }) => (transform ?? name)?.startsWith("@glacier-ts/plugin"));
  return typeof plugin?.manifest === "string" ? plugin.manifest : undefined;
}
