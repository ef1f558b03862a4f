import { type Diagnostic, report } from "@glacier-ts/core";
import type { LinkedDataset } from "../datasets.js";
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
    return widest ? consumers.flatMap((consumer) => check(dataset, widest, consumer, payloads)) : [];
  }
  return [
    ...otherProducers.flatMap((other) => check(dataset, other, first, payloads)),
    ...producers.flatMap((producer) =>
      consumers.flatMap((consumer) => check(dataset, producer, consumer, payloads)),
    ),
  ];
};

function check(
  dataset: LinkedDataset,
  produced: DatasetMention,
  read: DatasetMention,
  payloads: PayloadComparer,
): readonly Diagnostic[] {
  // Of two copies of core no dataset fits the other's, which is reported as such.
  if (produced.core !== undefined && read.core !== undefined && produced.core !== read.core) return [];
  const mismatch = payloads.mismatch(produced, read);
  if (!mismatch) return [];
  const [earlier, later] = [produced, read].sort(compareMentions) as [DatasetMention, DatasetMention];
  const { name, producers, consumers } = dataset;
  const role = producers.includes(earlier) ? "produced" : consumers.includes(earlier) ? "read" : "declared";
  return [
    report("payloadMismatch", { dataset: name, ...mismatch }, later.location, [
      { message: `'${name}' is ${role} here`, location: earlier.location },
    ]),
  ];
}

function differentSchemas(mentions: readonly DatasetMention[]): readonly DatasetMention[] {
  return [
    ...new Map(mentions.toReversed().map((mention) => [mention.schema.schema, mention])).values(),
  ].reverse();
}
