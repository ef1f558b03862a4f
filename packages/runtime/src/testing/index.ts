/**
 * Tests of pipelines and tasks.
 * @module @glacier-ts/runtime/testing
 */

export { type FakeContext, fakeContext, type LoggedMessage } from "./fake-context.js";
export { arbitraryOf, type FixtureOptions, fixtureOf, fixturesOf } from "./fixtures.js";
export { type TestOptions, type TestRun, testPipeline } from "./test-pipeline.js";
