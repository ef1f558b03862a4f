// Usage: node read-shared-stream.mjs <rows> <one after the other: true or false>; writes what each reader has counted.
import { SharedStream } from "../../../packages/runtime/dist/streams/shared-stream.js";

const rows = Number(process.argv[2]);
async function* source() {
  for (let id = 0; id < rows; id++) yield { id, name: `user ${id % 1000}` };
}

const stream = new SharedStream(source(), {
  readers: [
    ["a", false],
    ["b", false],
  ],
});
async function count(reader) {
  let rows = 0;
  let sum = 0;
  for await (const { id } of stream.read(reader)) {
    rows++;
    sum += id;
  }
  return [rows, sum];
}
const counts =
  process.argv[3] === "true"
    ? [await count("a"), await count("b")]
    : await Promise.all([count("a"), count("b")]);
process.stdout.write(JSON.stringify(counts));
