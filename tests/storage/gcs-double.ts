/**
 * A double of Google Cloud Storage, of which no emulator runs in tests: as much of its JSON API as the adapter needs, as
 * Google documents it, with everything in memory.
 *
 * @see https://cloud.google.com/storage/docs/json_api/v1
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CRC32C } from "@google-cloud/storage";
import { onTestFinished } from "vitest";

interface StoredObject {
  readonly bytes: Buffer;
  /** Of all objects, as Google counts: a larger one is a later one. */
  readonly generation: number;
  readonly metadata: Readonly<Record<string, string>>;
}

interface OpenUpload {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly ifGenerationMatch: string | null;
  bytes: Buffer;
  /** What it became, which is answered to whoever asks again. */
  object?: StoredObject;
}

/** What is answered in the place of what was asked for. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | object;
}

const bucket = "bucket";
/** Pieces of an upload but the last are of as many bytes, or of several times as many. */
const pieceBytes = 256 * 1024;
const noSuchBucket = () => new Refusal(404, "notFound", "The specified bucket does not exist.");
const noSuchObject = (name: string) => new Refusal(404, "notFound", `No such object: ${bucket}/${name}`);
const unmet = () =>
  new Refusal(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");

export class GcsDouble {
  /** By name, all in one bucket. */
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, OpenUpload>();
  port = 0;
  #generation = 1_700_000_000_000_000;

  put(name: string, bytes: Buffer, metadata: Readonly<Record<string, string>> = {}): StoredObject {
    const object = { bytes, metadata, generation: this.#generation++ };
    this.objects.set(name, object);
    return object;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.port = (server.address() as AddressInfo).port;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const answer = this.#answer(request, Buffer.concat(chunks));
      const { status = 200, headers, body } = answer;
      const isBytes = Buffer.isBuffer(body);
      const sent = isBytes ? body : Buffer.from(body ? JSON.stringify(body) : "");
      const type = isBytes ? "application/octet-stream" : "application/json; charset=UTF-8";
      response.writeHead(status, { "content-type": type, "content-length": sent.length, ...headers });
      response.end(sent);
    } catch {
      // The client has gone, or the request makes no sense.
      request.socket.destroy();
    }
  }

  #answer(request: IncomingMessage, body: Buffer): Answer {
    try {
      authorize(request);
      return this.#do(request, new URL(request.url ?? "", "http://localhost"), body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status: code, reason, message } = error;
      return {
        status: code,
        body: { error: { code, message, errors: [{ message, domain: "global", reason }] } },
      };
    }
  }

  #do(request: IncomingMessage, { pathname, searchParams: query }: URL, body: Buffer): Answer {
    const [, isUpload, found, object] =
      /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (found === undefined) throw new Error(`The double knows no ${pathname}`);
    if (found !== bucket) throw noSuchBucket();
    const name = decodeURIComponent(object ?? "");
    switch (`${request.method} ${isUpload ? query.get("uploadType") : ""}`) {
      case "GET ":
        return object === undefined ? this.#list(query) : this.#get(name, query, request);
      case "DELETE ":
        if (!this.objects.delete(name)) throw noSuchObject(name);
        return { status: 204 };
      case "POST multipart":
        return this.#create(query, request, body);
      case "POST resumable":
        return this.#begin(query, request, body);
      case "PUT resumable":
        return this.#continue(query.get("upload_id") ?? "", request, body);
      default:
        throw new Error(`The double knows no ${request.method} ${request.url}`);
    }
  }

  #get(name: string, query: URLSearchParams, { headers }: IncomingMessage): Answer {
    const object = this.objects.get(name);
    const generation = query.get("generation");
    if (!object || (generation !== null && generation !== String(object.generation)))
      throw noSuchObject(name);
    if (query.get("alt") !== "media") return { body: resourceOf(name, object) };
    const { bytes } = object;
    const stored = {
      "x-goog-generation": object.generation,
      "x-goog-hash": `crc32c=${crc32c(bytes)}`,
      "x-goog-stored-content-encoding": "identity",
    };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (first === undefined) return { headers: stored, body: bytes };
    if (Number(first) >= bytes.length) {
      throw new Refusal(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
    }
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`;
    return { status: 206, headers: { ...stored, "content-range": range }, body: part };
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = Buffer.from(query.get("pageToken") ?? "", "base64");
    const names = [...this.objects.keys()]
      .map((name) => Buffer.from(name))
      .filter((name) => name.toString().startsWith(prefix) && Buffer.compare(name, after) > 0)
      .sort(Buffer.compare);
    const page = names.slice(0, Number(query.get("maxResults") ?? 1000));
    const items = page.map(String).map((name) => resourceOf(name, this.objects.get(name) as StoredObject));
    const isTruncated = names.length > page.length;
    return { body: { items, ...(isTruncated && { nextPageToken: page.at(-1)?.toString("base64") }) } };
  }

  #create(query: URLSearchParams, { headers }: IncomingMessage, body: Buffer): Answer {
    const boundary = /boundary=["']?([^"';]+)/.exec(headers["content-type"] ?? "")?.[1] ?? "";
    const [resource, bytes] = partsOf(body, boundary);
    const { metadata, crc32c: checksum } = JSON.parse(resource.toString());
    if (checksum !== crc32c(bytes)) {
      throw new Refusal(400, "invalid", `Provided CRC32C "${checksum}" doesn't match calculated CRC32C.`);
    }
    return this.#store(query.get("name") ?? "", bytes, metadata, query.get("ifGenerationMatch"));
  }

  #begin(query: URLSearchParams, { headers }: IncomingMessage, body: Buffer): Answer {
    const name = query.get("name") ?? "";
    const ifGenerationMatch = query.get("ifGenerationMatch");
    this.#checkGeneration(name, ifGenerationMatch);
    const id = randomUUID();
    const { metadata = {} } = JSON.parse(body.toString());
    this.uploads.set(id, { name, metadata, ifGenerationMatch, bytes: Buffer.alloc(0) });
    const base = `http://${headers.host}/upload/storage/v1/b/${bucket}/o`;
    return { headers: { location: `${base}?uploadType=resumable&upload_id=${id}` } };
  }

  #continue(id: string, { headers }: IncomingMessage, body: Buffer): Answer {
    const upload = this.uploads.get(id);
    if (!upload) throw new Refusal(404, "notFound", "No such upload");
    if (upload.object) return { body: resourceOf(upload.name, upload.object) };
    const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (start !== undefined) {
      if (Number(start) !== upload.bytes.length) throw new Refusal(503, "backendError", "Another offset");
      if (total === "*" && body.length % pieceBytes !== 0) {
        throw new Refusal(400, "invalid", "Pieces are of several times 256 KiB");
      }
      upload.bytes = Buffer.concat([upload.bytes, body]);
    }
    if (total !== "*" && upload.bytes.length === Number(total)) {
      const { name, bytes, metadata, ifGenerationMatch } = upload;
      const answer = this.#store(name, bytes, metadata, ifGenerationMatch);
      upload.object = this.objects.get(name) as StoredObject;
      return answer;
    }
    const { length } = upload.bytes;
    return { status: 308, headers: { ...(length > 0 && { range: `bytes=0-${length - 1}` }) } };
  }

  #store(name: string, bytes: Buffer, metadata: Readonly<Record<string, string>>, condition: string | null) {
    this.#checkGeneration(name, condition);
    return { body: resourceOf(name, this.put(name, bytes, metadata)) };
  }

  /** @param condition 0 where there is to be none */
  #checkGeneration(name: string, condition: string | null): void {
    const { generation = 0 } = this.objects.get(name) ?? {};
    if (condition !== null && condition !== String(generation)) throw unmet();
  }
}

/** Starts a double, which is stopped with the test. */
export async function startGcsDouble(): Promise<GcsDouble> {
  const double = new GcsDouble();
  await double.start();
  return double;
}

/** @throws Refusal for whom Google does not know, or who may not */
function authorize({ headers: { authorization } }: IncomingMessage): void {
  if (authorization === "Bearer known") return;
  if (authorization === "Bearer denied") {
    throw new Refusal(403, "forbidden", "denied does not have storage.objects access to the bucket.");
  }
  throw new Refusal(401, "authError", "Invalid Credentials");
}

function resourceOf(name: string, { bytes, generation, metadata }: StoredObject) {
  return {
    kind: "storage#object",
    name,
    bucket,
    generation: String(generation),
    size: String(bytes.length),
    crc32c: crc32c(bytes),
    metadata,
  };
}

function crc32c(bytes: Buffer): string {
  const checksum = new CRC32C();
  checksum.update(bytes);
  return checksum.toString();
}

/** The bodies of the two parts of a multipart/related body. */
function partsOf(body: Buffer, boundary: string): readonly [Buffer, Buffer] {
  const bodies: Buffer[] = [];
  for (let start = body.indexOf(`--${boundary}`); start >= 0 && bodies.length < 2; ) {
    const next = body.indexOf(`\r\n--${boundary}`, start + boundary.length);
    bodies.push(body.subarray(body.indexOf("\r\n\r\n", start) + 4, next));
    start = next + 2;
  }
  const [resource, bytes] = bodies;
  if (!resource || !bytes) throw new Error("An upload has a resource and bytes");
  return [resource, bytes];
}
