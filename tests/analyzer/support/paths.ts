import { fileURLToPath } from "node:url";

/** The repository's folder, without a slash at the end. */
export const repository = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[\\/]$/, "");

/** The folder of the programs that the analyzer and its hosts are tested with. */
export const fixtures = `${repository}/tests/fixtures`;
