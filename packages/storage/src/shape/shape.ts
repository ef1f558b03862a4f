/** The payload's schema as formats see it; the compiler reads it in the same way. */
export { reaches, resolve, restOf, type Shape, shapeOf, splitNull } from "@glacier-ts/core/payload";
