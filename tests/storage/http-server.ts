import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { cert, key } from "./tls.js";

/** Answers a request in the place of the server; false where the server is to answer. */
type Handler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface HttpServer {
  readonly origin: string;
  readonly port: number;
  /** By path: "/data/numbers.json". */
  readonly files: Map<string, Buffer>;
  /** The paths and ranges that were asked for: "/data/numbers bytes=0-0". */
  readonly requests: string[];
  handle: Handler;
}

export interface HttpServerOptions {
  readonly hasRanges?: boolean;
  /** What tells one version from another. */
  readonly validator?: "etag" | "weak etag" | "last-modified" | "none";
  readonly hasLength?: boolean;
  /** Whether it speaks https, with a certificate that nobody trusts. */
  readonly isSecure?: boolean;
}

/** A server of files as there are many on the web, which ends with the test. */
export async function startHttpServer({
  hasRanges = true,
  validator = "etag",
  hasLength = true,
  isSecure = false,
}: HttpServerOptions = {}): Promise<HttpServer> {
  const files = new Map<string, Buffer>();
  const respond = ({ url = "", headers }: IncomingMessage, response: ServerResponse) => {
    const bytes = files.get(decodeURIComponent(new URL(url, "http://localhost").pathname));
    if (!bytes) return void response.writeHead(404).end("nothing here");
    const marks = marksOf(bytes, validator);
    const condition = headers["if-range"];
    const isSame = condition === undefined || Object.values(marks).includes(String(condition));
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (!hasRanges || first === undefined || !isSame) {
      response.writeHead(200, { ...marks, ...(hasLength && { "content-length": bytes.length }) });
      return void response.end(bytes);
    }
    if (Number(first) >= bytes.length) {
      return void response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    }
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...marks, "content-range": range, "content-length": part.length });
    response.end(part);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push([request.url, request.headers.range].filter((part) => part !== undefined).join(" "));
    if (!(await found.handle(request, response))) respond(request, response);
  };
  const server = isSecure ? createTlsServer({ cert, key }, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const requests: string[] = [];
  const found: HttpServer = {
    origin: `${isSecure ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    files,
    requests,
    handle: () => false,
  };
  return found;
}

function marksOf(bytes: Buffer, validator: HttpServerOptions["validator"]): Record<string, string> {
  const hash = createHash("md5").update(bytes).digest();
  switch (validator) {
    case "etag":
      return { etag: `"${hash.toString("hex")}"` };
    case "weak etag":
      return { etag: `W/"${hash.toString("hex")}"` };
    case "last-modified":
      // As if each content had a time of its own.
      return { "last-modified": new Date(hash.readUInt32BE() * 1000).toUTCString() };
    default:
      return {};
  }
}
