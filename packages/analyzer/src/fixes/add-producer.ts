import type { Location } from "@glacier-ts/core";
import type { Node } from "../compiler-host.js";
import { exportedTasks } from "../places.js";
import type { Fix, FixContext, Fixer } from "./fix.js";
import { listInTasks } from "./list-in-tasks.js";
import { missingInput } from "./missing-input.js";

/** Lists a task in the pipeline that produces what it misses. */
export const addProducer: Fixer = (diagnostic, context) => {
  const missing = missingInput(diagnostic, context);
  if (!missing) return [];
  const { dataset, element, pipeline } = missing;
  return exportedTasks(context.analysis.files)
    .filter(({ returned }) => returned.outputs.some(({ mention }) => mention.name === dataset))
    .flatMap(({ name, location }): readonly Fix[] => {
      const declaration = declarationAt(context, location);
      const found = declaration && context.editing.nameIn(element.file, declaration);
      const edits = found && listInTasks(context, element, found.name);
      if (!edits) return [];
      return [
        {
          name: "addProducer",
          title: `Add '${name}', which produces '${dataset}', to pipeline '${pipeline.name}'`,
          edits,
          imports: found.isMissing ? [{ file: element.file, declaration, isType: false }] : [],
        },
      ];
    });
};

function declarationAt({ host, editing }: FixContext, name: Location): Node | undefined {
  const node = editing.nodeAt(name);
  const symbol = node && host.symbolAt(node);
  return symbol && host.declarationOf(symbol)?.node;
}
