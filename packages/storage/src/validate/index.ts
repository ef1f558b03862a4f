/**
 * Checks values against the schemas of their payloads, and against Standard Schemas.
 * @module @glacier-ts/storage/validate
 */
export { findInvalid, notAnArray, type Violation, violationOf } from "./find-invalid.js";
export {
  hasRows,
  type PayloadTest,
  type PayloadTestOptions,
  payloadTest,
  type TestSources,
} from "./payload-test.js";
export { refusalOf } from "./refusal.js";
