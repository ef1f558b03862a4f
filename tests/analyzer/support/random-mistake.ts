/** Random programs with one mistake each, of which the code that is reported is known. */
import type { CatalogName } from "@glacier-ts/core";
import fc from "fast-check";
import { type Changes, type RandomRead, randomProgram, writeProgram } from "./random-program.js";
import type { TaskInput } from "./write-task.js";

/** A program, and the diagnostic that its mistake leads to. */
export interface Mistake {
  readonly files: Readonly<Record<string, string>>;
  readonly diagnostic: CatalogName;
}

/** Mistakes at a parameter that reads what another task produces. */
const kinds: Readonly<Record<string, { diagnostic: CatalogName; changes: (read: RandomRead) => Changes }>> = {
  "the producer is not in the pipeline": {
    diagnostic: "missingProducer",
    changes: ({ from }) => ({ leftOut: from }),
  },
  "the producer reads what its consumer produces": {
    diagnostic: "cycle",
    changes: ({ from, produced }) => ({
      task: (task) => {
        const back = { ...produced, by: undefined, form: "plain" } as const;
        return task.index === from ? { ...task, inputs: [...task.inputs, back] } : task;
      },
    }),
  },
  "another task produces it as well": {
    diagnostic: "duplicateProducer",
    changes: ({ input }) => ({ producedAgain: input }),
  },
  "it is read as something else": {
    diagnostic: "payloadMismatch",
    changes: ({ to, input }) => ({
      task: (task) => {
        const type = `(import("@glacier-ts/core").Dataset<"${input.dataset}", { readonly unlike: 1n }>)`;
        const unlike = { ...input, type, form: "plain" as const };
        const inputs = task.inputs.map((other) => (other.dataset === input.dataset ? unlike : other));
        return task.index === to ? { ...task, inputs } : task;
      },
    }),
  },
  "its consumer says no return type": {
    diagnostic: "outputLost",
    changes: ({ to }) => ({
      task: (task) => (task.index === to ? { ...task, style: "task", hasReturnType: false } : task),
    }),
  },
};

/** Writes programs with a mistake of each kind; none where no task reads what another one produces. */
export const randomMistakes: fc.Arbitrary<(folder: string) => Mistake | undefined> = fc
  .record({ program: randomProgram, kind: fc.constantFrom(...Object.values(kinds)), at: fc.nat() })
  .map(({ program, kind, at }) => (folder) => {
    const valid = { ...program, form: "array" as const };
    const reads = writeProgram(valid, folder).reads.filter(({ input }) => isRequired(input));
    const read = reads[at % reads.length];
    if (!read) return undefined;
    const { files } = writeProgram(valid, folder, kind.changes(read));
    return { files, diagnostic: kind.diagnostic };
  });

function isRequired({ form }: TaskInput): boolean {
  return form === "plain" || form === "nullable" || form === "destructured";
}
