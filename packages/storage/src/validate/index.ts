/**
 * Checks values against the schemas of their payloads.
 * @module @glacier-ts/storage/validate
 */
export { findInvalid, type Violation, violationOf } from "./find-invalid.js";
export { type PayloadTest, type PayloadTestOptions, payloadTest, type TestSources } from "./payload-test.js";
