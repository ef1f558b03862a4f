import { type Diagnostic, report } from "@glacier-ts/core";
import { compareMentions } from "../datasets.js";
import type { DatasetMention } from "../model.js";
import type { PayloadComparer } from "../schema/payload-comparer.js";
import type { DatasetRule } from "./rule.js";

/** What is produced under a name is assignable to what is read under it. */
export const payloadsFit: DatasetRule = (dataset, payloads) => {
  // Mentions with one schema need one answer.
  const producers = differentSchemas(dataset.producers);
  const consumers = differentSchemas(dataset.consumers);
  const [first, ...otherProducers] = producers;
  if (!first) {
    // An external dataset has the widest of the types that it is read as, or the declared one.
    const widest = dataset.schemaMention;
    return widest ? consumers.flatMap((consumer) => check(dataset.name, widest, consumer, payloads)) : [];
  }
  return [
    ...otherProducers.flatMap((other) => check(dataset.name, other, first, payloads)),
    ...producers.flatMap((producer) =>
      consumers.flatMap((consumer) => check(dataset.name, producer, consumer, payloads)),
    ),
  ];
};

function check(
  dataset: string,
  produced: DatasetMention,
  read: DatasetMention,
  payloads: PayloadComparer,
): readonly Diagnostic[] {
  const mismatch = payloads.mismatch(produced, read);
  if (!mismatch) return [];
  const [earlier, later] = [produced, read].sort(compareMentions) as [DatasetMention, DatasetMention];
  const message = earlier === produced ? `'${dataset}' is produced here` : `'${dataset}' is read here`;
  return [
    report("payloadMismatch", { dataset, ...mismatch }, later.location, [
      { message, location: earlier.location },
    ]),
  ];
}

function differentSchemas(mentions: readonly DatasetMention[]): readonly DatasetMention[] {
  return [
    ...new Map(mentions.toReversed().map((mention) => [mention.schema.schema, mention])).values(),
  ].reverse();
}
