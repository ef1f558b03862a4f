export { describeShape } from "@glacier-ts/core/payload";
