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
import type { TestSources, Violation } from "@glacier-ts/storage/validate";
import type { PlannedDataset } from "../plan.js";
import type { LoadedDataset } from "../stored-datasets.js";
import { isAsyncIterable } from "../streams/is-async-iterable.js";
import { type DatasetTest, declaredTest, generatedTest } from "./dataset-test.js";
import type { DeclaredSchemas } from "./declared-schemas.js";
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
  readonly declared: DeclaredSchemas;
  /** Keeps the rows that were set aside. */
  readonly quarantine: (
    name: string,
    dataset: ManifestDataset,
    rows: readonly unknown[],
  ) => Promise<Result<{ readonly place: string }, Diagnostic>>;
}

/** A diagnostic where nobody knows whether rows are valid, or where they cannot be set aside: they would be lost. */
type Checked = Result<unknown, InvalidRows | Diagnostic>;

/**
 * Checks datasets where they enter the system, by the schemas that they are declared with, else by those of their
 * payloads, and does with invalid rows what their declarations say.
 */
export class Validation {
  readonly #sources: TestSources | undefined;
  readonly #declared: DeclaredSchemas;
  readonly #quarantine: ValidationOptions["quarantine"];
  /** By dataset: a stream may be read several times. */
  readonly #warnings = new Map<string, Diagnostic>();

  constructor({ sources, declared, quarantine }: ValidationOptions) {
    this.#sources = sources;
    this.#declared = declared;
    this.#quarantine = quarantine;
  }

  /** What was invalid and did not stop the run: GLA5067 and GLA5068. */
  get warnings(): readonly Diagnostic[] {
    return [...this.#warnings.values()];
  }

  /**
   * @returns the value, perhaps without some of its rows; a stream is checked while it is read, and throws a GlacierError.
   *   GLA5066 where it must be valid and is not; GLA5069 or GLA5070 where its schema does not work
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
    const { manifest } = dataset;
    if (!manifest || manifest.onInvalid === "ignore") return succeed(value);
    const found = await this.#testOf(dataset, manifest, isTyped);
    if (!found.ok) return found;
    const test = found.value;
    if (!test) return succeed(value);
    if (isAsyncIterable(value)) {
      const { row } = test;
      return succeed(
        row ? { [Symbol.asyncIterator]: () => this.#checkRows(dataset, value, row, toError) } : value,
      );
    }
    const all = await violationsIn(value, test);
    if (!all.ok) return all;
    const violations = all.value;
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

  async #testOf(
    { name, schema: payload, readSchema }: PlannedDataset,
    manifest: ManifestDataset,
    isTyped: boolean,
  ): Promise<Result<DatasetTest | undefined, Diagnostic>> {
    if (!payload) return succeed(undefined);
    const { validator } = manifest;
    const declared = validator ? await this.#declared.of(name, validator) : succeed(undefined);
    if (!declared.ok) return declared;
    if (declared.value) return succeed(await declaredTest(name, declared.value, payload));
    const hash = readSchema ? textHash(readSchema) : hashOf(manifest);
    const options = { hash, sources: this.#sources, isTyped };
    return succeed(await generatedTest(readSchema ?? payload, options));
  }

  async *#checkRows(
    dataset: PlannedDataset,
    stream: AsyncIterable<unknown>,
    test: NonNullable<DatasetTest["row"]>,
    toError: (invalid: InvalidRows) => Error,
  ): AsyncGenerator<unknown> {
    const mode = dataset.manifest?.onInvalid ?? "fail";
    const violations: Violation[] = [];
    const aside = new Map<number, unknown>();
    let row = 0;
    for await (const value of stream) {
      row++;
      const found = test(value, row);
      const violation = found instanceof Promise ? await found : found;
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

/** What is wrong with a value that is no stream; GLA5070 where the schema does not say it. */
async function violationsIn(
  value: unknown,
  test: DatasetTest,
): Promise<Result<readonly Violation[], Diagnostic>> {
  try {
    return succeed(await test.find(value));
  } catch (error) {
    const [diagnostic] = error instanceof GlacierError ? error.diagnostics : [];
    if (!diagnostic) throw error;
    return fail(diagnostic);
  }
}

const hashOf = ({ schema }: ManifestDataset) => schema.slice("#/schemas/".length);

/** Of a schema that no manifest has. */
const textHash = (schema: JsonObject) =>
  createHash("sha256").update(JSON.stringify(schema)).digest("hex").slice(0, 16);
