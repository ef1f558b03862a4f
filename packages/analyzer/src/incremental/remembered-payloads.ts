import type { CompilerHost, Type } from "../compiler-host.js";
import type { DatasetMention, PartFacts } from "../model.js";
import { type Mismatch, PayloadComparer } from "../schema/payload-comparer.js";
import { mapMentions } from "./map-facts.js";

/** What was asked about two mentions. */
interface Answer {
  readonly fits: boolean;
  readonly mismatch: Mismatch | undefined;
}

/** By what stands for the types of the produced and of the read mention. */
export type Answers = WeakMap<Type, WeakMap<Type, Answer>>;

/** The mentions that were read in the current program, by what stands for their types. */
export type Current = Map<Type, DatasetMention>;

/** A type of a program before was needed, or what was kept of it is at odds with what was read: read everything. */
export class FactsAreGone extends Error {}

/**
 * Facts without their types and nodes, which would keep their program in memory. In every mention an object of its own
 * stands for them: copies of the mention have it too. The calls are for the wiring, which an editor does not do.
 */
export function withoutTypes(facts: PartFacts, current: Current): PartFacts {
  return mapMentions({ ...facts, calls: [] }, (mention) => {
    const bare = { ...mention, types: [], whole: { "~compiler": "type" } as const };
    current.set(bare.whole, mention);
    return bare;
  });
}

/** Compares mentions whose types are known; repeats for others what it said of them before. */
export class RememberedPayloads extends PayloadComparer {
  readonly #current: ReadonlyMap<Type, DatasetMention>;
  readonly #answers: Answers;
  readonly #comparer: PayloadComparer;

  constructor(host: CompilerHost, current: ReadonlyMap<Type, DatasetMention>, answers: Answers) {
    super(host);
    this.#comparer = new PayloadComparer(host);
    this.#current = current;
    this.#answers = answers;
  }

  override fits(produced: DatasetMention, read: DatasetMention): boolean {
    return this.#answer(produced, read).fits;
  }

  override mismatch(produced: DatasetMention, read: DatasetMention): Mismatch | undefined {
    return this.#answer(produced, read).mismatch;
  }

  #answer(produced: DatasetMention, read: DatasetMention): Answer {
    if (produced.schema.schema === read.schema.schema) return { fits: true, mismatch: undefined };
    const known = this.#answers.get(produced.whole)?.get(read.whole);
    if (known) return known;
    const source = this.#current.get(produced.whole);
    const target = this.#current.get(read.whole);
    if (!source || !target) throw new FactsAreGone();
    const answer = {
      fits: this.#comparer.fits(source, target),
      mismatch: this.#comparer.mismatch(source, target),
    };
    const answers = this.#answers.get(produced.whole) ?? new WeakMap<Type, Answer>();
    this.#answers.set(produced.whole, answers.set(read.whole, answer));
    return answer;
  }
}
