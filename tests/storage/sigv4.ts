import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** What a request says of who has signed it. */
export interface Authorization {
  readonly accessKeyId: string;
  /** Whether it was signed with this secret, just as it has come. */
  isSignedWith(secretAccessKey: string): boolean;
}

/**
 * Reads the signature of a request to S3.
 *
 * @returns undefined where there is none
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function readAuthorization(request: IncomingMessage): Authorization | undefined {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/;
  const [, accessKeyId = "", scope = "", signedHeaders = "", signature] =
    pattern.exec(request.headers.authorization ?? "") ?? [];
  if (signature === undefined) return undefined;
  const headers = signedHeaders.split(";").map((name) => `${name}:${headerOf(request, name)}\n`);
  const canonical = [
    request.method,
    pathOf(request),
    queryOf(request),
    headers.join(""),
    signedHeaders,
    request.headers["x-amz-content-sha256"],
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  return {
    accessKeyId,
    isSignedWith: (secret) => {
      const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`);
      return hmac(key, toSign).toString("hex") === signature;
    },
  };
}

export function sha256(value: string | Uint8Array): string {
  return createHash("sha256").update(value).digest("hex");
}

function hmac(key: string | Buffer, value: string): Buffer {
  return createHmac("sha256", key).update(value).digest();
}

function headerOf(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? "")
    .trim()
    .replaceAll(/ +/g, " ");
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?")[0] ?? "";
}

/** As it was sent, which is encoded already, in the order of the names. */
function queryOf({ url = "" }: IncomingMessage): string {
  const pairs = (url.split("?")[1] ?? "").split("&").filter((pair) => pair !== "");
  return pairs
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
}
