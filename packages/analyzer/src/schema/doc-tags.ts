/** What a doc comment says: its description, and its tags. Read from the text, so that every compiler agrees. */

export interface Doc {
  /** The text before the first tag, or that of `@description`. */
  readonly description: string | undefined;
  /** In the order of the comment. */
  readonly tags: readonly DocTag[];
}

export interface DocTag {
  /** Without the `@`. */
  readonly name: string;
  /** What follows the name, up to the next tag; empty where nothing does. */
  readonly text: string;
}

/** Reads a doc comment without its stars, as `docComment` gives it. */
export function parseDoc(comment: string): Doc {
  const description: string[] = [];
  const tags: { name: string; lines: string[] }[] = [];
  let isInFence = false;
  for (const line of comment.split("\n")) {
    const tag = isInFence ? null : /^\s*@([A-Za-z][\w.-]*)(?:\s+|$)(.*)$/.exec(line);
    const open = tags.at(-1)?.lines ?? description;
    if (tag) tags.push({ name: tag[1] ?? "", lines: [tag[2] ?? ""] });
    else open.push(line);
    if (line.split("```").length % 2 === 0) isInFence = !isInFence;
  }
  const read = tags.map(({ name, lines }) => ({ name, text: lines.join("\n").trim() }));
  const described = read.find(({ name, text }) => name === "description" && text !== "");
  const text = (described?.text ?? description.join("\n")).trim();
  return {
    description: text === "" ? undefined : withoutLinks(text),
    tags: read.filter(({ name }) => name !== "description"),
  };
}

/** `{@link Row}` reads `Row`, and `{@link Row | the row}` reads `the row`. */
function withoutLinks(text: string): string {
  return text.replace(/\{@link(?:code|plain)?\s+([^\s|}]+)\s*\|?\s*([^}]*)\}/g, (_, target, label: string) =>
    label.trim() === "" ? target : label.trim(),
  );
}
