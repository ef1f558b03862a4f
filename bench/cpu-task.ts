import { pbkdf2Sync } from "node:crypto";

/** Keeps a processor busy outside of JavaScript, so that no thread is faster for having compiled more of it. */
export function hash(iterations: number): number {
  return pbkdf2Sync("password", "salt", iterations, 64, "sha512").length;
}
