import { createHash } from "node:crypto";
import {
  type Diagnostic,
  fail,
  GlacierError,
  type JsonObject,
  type ManifestDataset,
  type Result,
  report,
  succeed,
} from "@glacier-ts/core";
import type { PayloadTest, TestSources, Violation } from "@glacier-ts/storage/validate";
import type { PlannedDataset } from "../plan.js";
import type { LoadedDataset } from "../stored-datasets.js";
import { isAsyncIterable } from "../streams/is-async-iterable.js";
import { plainValue } from "./plain-value.js";

/** What is wrong with a dataset that must be valid: the first violation, and how many more rows have one. */
export interface InvalidRows extends Violation {
  readonly more: number;
}

/** Thrown by a stream whose rows must be valid. */
export class InvalidRowError extends Error {
  constructor(readonly invalid: InvalidRows) {
    super("A row is not valid");
  }
}

export interface ValidationOptions {
  readonly sources: TestSources | undefined;
  /** Keeps the rows that were set aside. */
  readonly quarantine: (
    name: string,
    dataset: ManifestDataset,
    rows: readonly unknown[],
  ) => Promise<Result<{ readonly place: string }, Diagnostic>>;
}

/** A diagnostic where rows cannot be set aside: they would be lost. */
type Checked = Result<unknown, InvalidRows | Diagnostic>;

/**
 * Checks datasets where they enter the system, by their payloads' schemas, and does with invalid rows what their
 * declarations say.
 */
export class Validation {
  readonly #sources: TestSources | undefined;
  readonly #quarantine: ValidationOptions["quarantine"];
  /** By dataset: a stream may be read several times. */
  readonly #warnings = new Map<string, Diagnostic>();

  constructor({ sources, quarantine }: ValidationOptions) {
    this.#sources = sources;
    this.#quarantine = quarantine;
  }

  /** What was invalid and did not stop the run: GLA5067 and GLA5068. */
  get warnings(): readonly Diagnostic[] {
    return [...this.#warnings.values()];
  }

  /**
   * @returns the value, perhaps without some of its rows; a stream is checked while it is read, and throws a GlacierError.
   *   GLA5066 where it must be valid and is not
   */
  async loaded(
    dataset: PlannedDataset,
    { value, place, isTyped = false }: LoadedDataset,
  ): Promise<Result<unknown, Diagnostic>> {
    const problem = (invalid: InvalidRows) =>
      report("dataInvalid", { dataset: dataset.name, place, ...invalid });
    const checked = await this.#check(
      dataset,
      value,
      isTyped,
      (invalid) => new GlacierError([problem(invalid)]),
    );
    if (checked.ok) return checked;
    return fail("code" in checked.failure ? checked.failure : problem(checked.failure));
  }

  /** As `loaded`, for what a task has made; a stream throws an InvalidRowError. */
  produced(dataset: PlannedDataset, value: unknown): Promise<Checked> {
    return this.#check(dataset, value, false, (invalid) => new InvalidRowError(invalid));
  }

  async #check(
    dataset: PlannedDataset,
    value: unknown,
    isTyped: boolean,
    toError: (invalid: InvalidRows) => Error,
  ): Promise<Checked> {
    const { manifest, readSchema } = dataset;
    const schema = readSchema ?? dataset.schema;
    if (!schema || !manifest || manifest.onInvalid === "ignore") return succeed(value);
    const { findInvalid, payloadTest } = await import("@glacier-ts/storage/validate");
    const test = await payloadTest(schema, {
      hash: readSchema ? textHash(readSchema) : hashOf(manifest),
      sources: this.#sources,
      isTyped,
    });
    if (isAsyncIterable(value)) {
      const { row } = test;
      return succeed(
        row ? { [Symbol.asyncIterator]: () => this.#checkRows(dataset, value, row, toError) } : value,
      );
    }
    const violations = findInvalid(value, test);
    const [first] = violations;
    if (!first) return succeed(value);
    const mode = manifest.onInvalid ?? "fail";
    // What is no rows cannot be divided.
    const isWhole = first.row === undefined;
    if (mode === "fail" || (isWhole && mode !== "warn"))
      return fail({ ...first, more: violations.length - 1 });
    const rows = value as readonly unknown[];
    const lost = await this.#tell(dataset, violations, (violation) => rows[(violation.row as number) - 1]);
    if (lost) return fail(lost);
    if (mode === "warn") return succeed(value);
    const bad = new Set(violations.map(({ row }) => row));
    return succeed(rows.filter((_, index) => !bad.has(index + 1)));
  }

  async *#checkRows(
    dataset: PlannedDataset,
    stream: AsyncIterable<unknown>,
    test: NonNullable<PayloadTest["row"]>,
    toError: (invalid: InvalidRows) => Error,
  ): AsyncGenerator<unknown> {
    const { violationOf } = await import("@glacier-ts/storage/validate");
    const mode = dataset.manifest?.onInvalid ?? "fail";
    const violations: Violation[] = [];
    const aside = new Map<number, unknown>();
    let row = 0;
    for await (const value of stream) {
      row++;
      const violation = violationOf(test, value);
      if (!violation) {
        yield value;
        continue;
      }
      if (mode === "fail") throw toError({ row, ...violation, more: 0 });
      violations.push({ row, ...violation });
      if (mode === "warn") yield value;
      else aside.set(row, value);
    }
    const lost = await this.#tell(dataset, violations, ({ row: number = 0 }) => aside.get(number));
    if (lost) throw new GlacierError([lost]);
  }

  /** @returns why rows cannot be set aside */
  async #tell(
    { name, manifest }: PlannedDataset,
    violations: readonly Violation[],
    rowOf: (violation: Violation) => unknown,
  ): Promise<Diagnostic | undefined> {
    const [first] = violations;
    if (!first || !manifest) return undefined;
    const { onInvalid } = manifest;
    const details = { dataset: name, ...first, more: violations.length - 1 };
    if (typeof onInvalid !== "object") {
      this.#warnings.set(name, report("dataInvalidKept", details));
      return undefined;
    }
    const rejected: ManifestDataset = { ...manifest, storage: onInvalid.quarantine, format: "ndjson" };
    const rows = violations.map((violation) => ({ ...violation, value: plainValue(rowOf(violation)) }));
    const saved = await this.#quarantine(`${name}.rejected`, rejected, rows);
    if (!saved.ok) return saved.failure;
    this.#warnings.set(name, report("dataSetAside", { ...details, place: saved.value.place }));
    return undefined;
  }
}

const hashOf = ({ schema }: ManifestDataset) => schema.slice("#/schemas/".length);

/** Of a schema that no manifest has. */
const textHash = (schema: JsonObject) =>
  createHash("sha256").update(JSON.stringify(schema)).digest("hex").slice(0, 16);
