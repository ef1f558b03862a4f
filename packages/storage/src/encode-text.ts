import { type Diagnostic, fail, type JsonObject, type Result, report, succeed } from "@glacier-ts/core";
import { findFormat } from "./formats/formats.js";
import { NotEncodable } from "./problems.js";
import { shapeOf } from "./shape/shape.js";

/**
 * A dataset's value as text in one of the formats.
 *
 * @returns GLA5013 where the format cannot hold it
 */
export async function encodeText(
  dataset: string,
  format: "json" | "csv",
  schema: JsonObject | undefined,
  value: unknown,
): Promise<Result<string, Diagnostic>> {
  const found = findFormat(format);
  if (!found) throw new Error(`Internal error: there is no format '${format}'.`);
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of found.encode(value, shapeOf(schema)).chunks) chunks.push(chunk);
    return succeed(Buffer.concat(chunks).toString());
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    return fail(report("notEncodable", { dataset, format, path: error.path, why: error.why }));
  }
}
