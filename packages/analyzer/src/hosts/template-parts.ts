import type { TemplatePart, Type } from "../compiler-host.js";

/**
 * The parts of a template literal type in their order; texts that are empty are left out.
 * @param texts one more than there are types: before, between and behind them
 */
export function templatePartsOf(texts: readonly string[], types: readonly Type[]): readonly TemplatePart[] {
  const parts = texts.flatMap((text, index): TemplatePart[] => {
    const type = types[index];
    const part: TemplatePart = { kind: "text", text };
    return type ? [part, { kind: "type", type }] : [part];
  });
  return parts.filter((part) => part.kind !== "text" || part.text !== "");
}
