import {
  catalog,
  codeOf,
  compilerCode,
  type Diagnostic,
  type DiagnosticStyle,
  diagnosticText,
  GlacierError,
  type Location,
  renderDiagnostic,
  report,
} from "@glacier-ts/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** The place of the first occurrence of a text in a source. */
function locate(source: string, text: string, file = "src/tasks.ts"): Location {
  const start = source.indexOf(text);
  const before = source.slice(0, start).split(/\r\n|\r|\n/);
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, start, length: text.length };
}

const problem = (location?: Location, related: Diagnostic["related"] = []): Diagnostic =>
  report("emptyPipeline", { pipeline: "analytics" }, location, related);

/** The rendering without the message and the hint. */
function excerptOf(source: string, text: string): string {
  const rendered = renderDiagnostic(problem(locate(source, text)), { readSource: () => source });
  return `\n${rendered.split("\n").slice(2).join("\n")}\n`;
}

describe("renderDiagnostic", () => {
  const source = [
    "import { pipeline } from '@glacier-ts/core';",
    "",
    "export const analytics = pipeline({ name: 'analytics', tasks: [] });",
    "",
  ].join("\n");
  const readSource = (file: string) => (file === "src/pipeline.ts" ? source : undefined);

  test("shows place, code, message, hint and the underlined line", () => {
    const diagnostic = problem(locate(source, "[]", "src/pipeline.ts"));
    expect(`\n${renderDiagnostic(diagnostic, { readSource })}\n`).toMatchInlineSnapshot(`
      "
      src/pipeline.ts:3:63 - error GLA3007: Pipeline 'analytics' has no tasks.
        hint: list the pipeline's functions in \`tasks\`
        3 | export const analytics = pipeline({ name: 'analytics', tasks: [] });
          |                                                               ~~
      "
    `);
  });

  test("shows related places in the same way, further in", () => {
    const diagnostic = problem(locate(source, "tasks: []", "src/pipeline.ts"), [
      { message: "the name", location: locate(source, "'analytics'", "src/pipeline.ts") },
      { message: "a file that cannot be read", location: locate(source, "[]", "src/gone.ts") },
      { message: "a line of a data file", location: { file: "data/users.csv", line: 12, column: 1 } },
      { message: "no place" },
    ]);
    expect(`\n${renderDiagnostic(diagnostic, { readSource })}\n`).toMatchInlineSnapshot(`
      "
      src/pipeline.ts:3:56 - error GLA3007: Pipeline 'analytics' has no tasks.
        hint: list the pipeline's functions in \`tasks\`
        3 | export const analytics = pipeline({ name: 'analytics', tasks: [] });
          |                                                        ~~~~~~~~~
        src/pipeline.ts:3:43 - the name
          3 | export const analytics = pipeline({ name: 'analytics', tasks: [] });
            |                                           ~~~~~~~~~~~
        src/gone.ts:3:63 - a file that cannot be read
        data/users.csv:12:1 - a line of a data file
        no place
      "
    `);
  });

  test("shows what there is of a diagnostic without place, hint or source", () => {
    const bare: Diagnostic = {
      code: "TS2322",
      severity: "warning",
      message: "Type 'a' is not 'b'.",
      related: [],
    };
    expect(renderDiagnostic(bare, { readSource })).toBe("warning TS2322: Type 'a' is not 'b'.");
    const location = { file: "src/tasks.ts", line: 3, column: 7 };
    expect(renderDiagnostic({ ...bare, location }, { readSource: () => source })).toBe(
      "src/tasks.ts:3:7 - warning TS2322: Type 'a' is not 'b'.",
    );
  });

  test("shows a message of several lines as it is", () => {
    const diagnostic: Diagnostic = { ...problem(), message: "One.\n  Two.", hint: "three\nfour" };
    expect(renderDiagnostic(diagnostic, { readSource })).toBe(
      "error GLA3007: One.\n  Two.\n  hint: three\nfour",
    );
  });

  test("keeps tabs, so that the underline stays below", () => {
    const tabbed = "if (a) {\n\tb(\tc);\n}";
    expect(excerptOf(tabbed, "c")).toBe("\n  2 | \tb(\tc);\n    | \t  \t~\n");
  });

  test.each(["\r\n", "\n", "\r"])("knows lines that end with %j", (newline) => {
    const lines = ["const a = 1;", "const bad = 2;", "const c = 3;"].join(newline);
    expect(excerptOf(lines, "bad")).toBe("\n  2 | const bad = 2;\n    |       ~~~\n");
  });

  test.each(["\r\n", "\n"])(
    "underlines a span over several lines to the end of its first (%j)",
    (newline) => {
      const lines = ["task({", "  retries: 1,", "});"].join(newline);
      expect(excerptOf(`const a = ${lines}`, lines)).toBe(
        "\n  1 | const a = task({\n    |           ~~~~~~\n",
      );
    },
  );

  test.each([
    ["an empty span", "ab", 1, 0, "\n  1 | ab\n    |  ~\n"],
    ["the end of a line", "ab\ncd", 2, 1, "\n  1 | ab\n    |   ~\n"],
    ["the end of a file", "ab", 2, 0, "\n  1 | ab\n    |   ~\n"],
    ["an empty file", "", 0, 0, "\n  1 | \n    | ~\n"],
    ["a file that became shorter", "ab", 40, 3, "\n  1 | ab\n    |   ~\n"],
  ])("underlines at least one column: %s", (_, text, start, length, expected) => {
    const location = { file: "a.ts", line: 1, column: start + 1, start, length };
    const rendered = renderDiagnostic(problem(location), { readSource: () => text });
    expect(`\n${rendered.split("\n").slice(2).join("\n")}\n`).toBe(expected);
  });

  test("makes room for long line numbers", () => {
    const long = `${"\n".repeat(99)}bad`;
    expect(excerptOf(long, "bad")).toBe("\n  100 | bad\n      | ~~~\n");
  });

  test("underlines exactly the span, wherever it is in a file", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "\t", "é", "😀", "'"), maxLength: 12 });
    const sources = fc.tuple(fc.array(line, { minLength: 1 }), fc.constantFrom("\n", "\r\n"));
    fc.assert(
      fc.property(sources, fc.nat(), fc.nat(), ([lines, newline], row, column) => {
        const index = row % lines.length;
        const text = lines[index] ?? "";
        const from = column % (text.length + 1);
        const start = lines.slice(0, index).join(newline).length + (index > 0 ? newline.length : 0) + from;
        const location = {
          file: "a.ts",
          line: index + 1,
          column: from + 1,
          start,
          length: text.length - from,
        };
        const rendered = renderDiagnostic(problem(location), { readSource: () => lines.join(newline) });
        const [shown = "", under = ""] = rendered.split("\n").slice(2);
        const margin = shown.indexOf("|") + 2;
        expect(shown.slice(margin)).toBe(text);
        expect(under.slice(margin).replaceAll(/[^~]/g, "").length).toBe(Math.max(1, text.length - from));
        expect(under.slice(margin).indexOf("~")).toBe(from);
        for (let at = 0; at < from; at++) expect(under[margin + at] === "\t").toBe(text[at] === "\t");
      }),
    );
  });

  test("paints severity, places, hint and underlines, and nothing else", () => {
    const location = locate(source, "[]", "src/pipeline.ts");
    const related = [{ message: "here", location: locate(source, "pipeline", "src/pipeline.ts") }];
    const paint: DiagnosticStyle["paint"] = (style, text) => `<${style}>${text}</>`;
    const painted = renderDiagnostic(problem(location, related), { readSource, paint });
    expect(`\n${painted}\n`).toMatchInlineSnapshot(`
      "
      <place>src/pipeline.ts:3:63</> - <error>error</> GLA3007: Pipeline 'analytics' has no tasks.
        <faint>hint:</> list the pipeline's functions in \`tasks\`
        3 | export const analytics = pipeline({ name: 'analytics', tasks: [] });
          |                                                               <error>~~</>
        <place>src/pipeline.ts:1:10</> - here
          1 | import { pipeline } from '@glacier-ts/core';
            |          <place>~~~~~~~~</>
      "
    `);
    expect(painted.replaceAll(/<\/?\w*>/g, "")).toBe(
      renderDiagnostic(problem(location, related), { readSource }),
    );
    const warning = renderDiagnostic({ ...problem(location), severity: "warning" }, { readSource, paint });
    expect(warning.split("\n").at(-1)).toContain("<warning>~~</>");
  });
});

describe("diagnosticText", () => {
  test("has place, code, message and hint", () => {
    const location = { file: "src/pipeline.ts", line: 3, column: 14, start: 40, length: 9 };
    expect(diagnosticText(problem(location))).toBe(
      "src/pipeline.ts:3:14 - GLA3007: Pipeline 'analytics' has no tasks.\n  hint: list the pipeline's functions in `tasks`",
    );
    const { hint: _, ...bare } = problem();
    expect(diagnosticText(bare)).toBe("GLA3007: Pipeline 'analytics' has no tasks.");
  });
});

describe("GlacierError", () => {
  test("has every diagnostic, in its message and as data", () => {
    const diagnostics = [problem(), report("manifestUnreadable", { file: "a.json", found: "version 0" })];
    const error = new GlacierError(diagnostics);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("GlacierError");
    expect(error.diagnostics).toBe(diagnostics);
    expect(error.message).toBe(diagnostics.map(diagnosticText).join("\n"));
  });

  test("has a stack that starts where the boundary was called, and is headed by its message", () => {
    function boundary(): never {
      return inner();
    }
    function inner(): never {
      throw new GlacierError([problem()], boundary);
    }
    function user() {
      boundary();
    }
    let stack = "";
    try {
      user();
    } catch (error) {
      stack = (error as Error).stack ?? "";
    }
    const lines = stack.split("\n");
    expect(stack).toContain("GLA3007: Pipeline 'analytics' has no tasks.");
    expect(lines.find((line) => /^\s+at /.test(line))).toContain("at user ");
  });
});

describe("compilerCode", () => {
  test.each([
    ["GLA1001", 991_001],
    ["GLA3001", 993_001],
    ["GLA6001", 996_001],
    ["TS2322", 2322],
    ["TS18048", 18_048],
  ] as const)("%s is %i", (code, expected) => {
    expect(compilerCode(code)).toBe(expected);
  });
});

describe("the catalogue", () => {
  const entries = Object.entries(catalog);
  const groups = { 1: "1xxx", 2: "2xxx", 3: "3xxx", 4: "4xxx", 5: "5xxx", 6: "6xxx" };

  test("has each number once", () => {
    const numbers = entries.map(([, entry]) => entry.number);
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  test("is in the order of its numbers", () => {
    const numbers = entries.map(([, entry]) => entry.number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  test.each(entries)("%s has a number of a group, and texts", (name, entry) => {
    expect(String(entry.number)).toMatch(/^[1-6]\d\d\d$/);
    expect(Object.keys(groups)).toContain(String(entry.number)[0]);
    expect(codeOf(name as keyof typeof catalog)).toBe(`GLA${entry.number}`);
    expect(entry.severity).toMatch(/^(error|warning)$/);
    expect(entry.explanation).toMatch(/^[A-Z`].*\.$/s);

    // Whatever is asked of the details is a list of one name, which also reads as a text.
    const details = new Proxy({}, { get: (_, key) => [`‹${String(key)}›`] }) as never;
    const message = (entry.message as (details: never) => string)(details);
    expect(message).toMatch(/^(['A-Z‹]|pipeline\(\))/);
    expect(message).not.toMatch(/undefined|\[object|NaN|\s$/);
    const hint = (entry.hint as ((details: never) => string | undefined) | undefined)?.(details);
    if (entry.hint) expect(hint).toMatch(/^\S.*[^\s.]$/s);
  });

  test("suggests only where there is something near", () => {
    const near = { task: "claen", pipeline: "analytics", suggestion: "clean" };
    expect(report("unknownTask", near).hint).toBe("did you mean 'clean'?");
    expect(report("unknownTask", { ...near, suggestion: undefined })).not.toHaveProperty("hint");
  });

  test("report() has only the parts that it was given", () => {
    expect(report("unknownTask", { task: "a", pipeline: "b" })).toEqual({
      code: "GLA4009",
      severity: "error",
      message: "Pipeline 'b' has no task 'a'.",
      related: [],
    });
  });

  test.each<[string, string]>([
    [report("unknownPipeline", { name: "x", known: ["a"] }).message, "the project has 'a'."],
    [
      report("unknownPipeline", { name: "x", known: ["a", "b", "c"] }).message,
      "the project has 'a', 'b' and 'c'.",
    ],
    [report("outputUnion", { task: "t", datasets: ["a", "b"] }).message, "returns 'a' or 'b', which"],
    [
      report("outputUnion", { task: "t", datasets: ["big", "a.b"] }).hint ?? "",
      '{ big: … | null; "a.b": … | null }',
    ],
  ])("%s", (text, part) => {
    expect(text).toContain(part);
  });
});
