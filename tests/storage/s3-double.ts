/**
 * A double of Amazon S3, for what no server shows that runs in tests: conditions on uploads of several parts, checksums
 * that are really checked, and servers that fail at a given request. It speaks as much of the protocol as the adapter
 * needs, as Amazon documents it, and everything is in memory.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { onTestFinished } from "vitest";
import type { Decide, FaultyServer, RequestFault } from "../rig/request-faults.js";
import { readAuthorization, sha256 } from "./sigv4.js";

export type Operation =
  | "GetObject"
  | "HeadObject"
  | "PutObject"
  | "DeleteObject"
  | "ListObjectsV2"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload";

/** It is refused; with `isDone` only after it was done. */
interface RefusalFault {
  readonly status: number;
  readonly code?: string;
  readonly isDone?: boolean;
}

/** What goes wrong with a request. */
export type Fault =
  | Exclude<RequestFault, { readonly status: number }>
  | RefusalFault
  /** One byte is another one on the way: of what is sent to the server, or of its answer. */
  | { readonly damaged: "request" | "answer" }
  /** So many bytes of the answer come, and the rest when the promise is fulfilled. */
  | { readonly pausedAt: number; readonly until: Promise<unknown> };

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  /** Of the bytes, or of the parts' checksums with their number. */
  readonly checksum: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

interface OpenUpload {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, Pick<StoredObject, "bytes" | "etag" | "checksum">>;
}

/** Who may ask, by access key. */
const users: Readonly<Record<string, { readonly secret: string; readonly refusal?: string }>> = {
  known: { secret: "secret" },
  denied: { secret: "secret", refusal: "AccessDenied" },
  expired: { secret: "secret", refusal: "ExpiredToken" },
};

const bucket = "bucket";
const smallestPart = 5 * 2 ** 20;
const pageSize = 1000;
const pieceBytes = 64 * 1024;

/** What is answered in the place of what was asked for. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

function told({
  status,
  code = status < 500 ? "InvalidRequest" : "ServiceUnavailable",
}: RefusalFault): Refusal {
  return new Refusal(status, code);
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer;
}

/** Its requests are called by their operations. */
export class S3Double implements FaultyServer<Fault> {
  /** By key, all in one bucket. */
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, OpenUpload>();
  /** What was asked for, also where it was refused. */
  readonly requests: Operation[] = [];
  port = 0;
  /** How many bytes of answers the connections have taken. */
  sentBytes = 0;
  #decide: Decide<Fault> = () => undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response)).on(
    "connection",
    (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    },
  );

  decide(fault: Decide<Fault>): void {
    this.#decide = fault;
  }

  /** Listens, after `kill` at the same port as before. What is stored stays, as do open uploads. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    try {
      const url = new URL(request.url ?? "", "http://localhost");
      const operation = operationOf(request.method ?? "", url);
      this.requests.push(operation);
      const fault = await this.#decide(request, operation);
      if (fault && "cut" in fault && fault.cut === "before") return void socket.destroy();
      const body = await bodyOf(request);
      if (fault && "damaged" in fault && fault.damaged === "request") damage(body);
      let answer: Answer;
      try {
        if (fault && "status" in fault && !fault.isDone) throw told(fault);
        authorize(request, body);
        answer = this.#do(operation, request, url, body);
        if (fault && "status" in fault) throw told(fault);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer = refused(error, request.method === "HEAD");
      }
      if (fault && "cut" in fault) return void socket.destroy();
      const sent = Buffer.from(answer.body ?? "");
      response.writeHead(answer.status ?? 200, { "content-length": sent.length, ...answer.headers });
      if (request.method === "HEAD") return void response.end();
      if (fault && "truncatedTo" in fault) {
        return void response.write(sent.subarray(0, fault.truncatedTo), () => socket.destroy());
      }
      if (fault && "damaged" in fault && fault.damaged === "answer") damage(sent);
      await pipeline(this.#pieces(sent, fault && "pausedAt" in fault ? fault : undefined), response);
    } catch {
      // The client has gone, or the request makes no sense.
      socket.destroy();
    }
  }

  async *#pieces(bytes: Buffer, pause?: Extract<Fault, { readonly pausedAt: number }>) {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      if (pause && start >= pause.pausedAt) await pause.until;
      yield bytes.subarray(start, start + pieceBytes);
      this.sentBytes += pieceBytes;
    }
  }

  #do(operation: Operation, request: IncomingMessage, url: URL, body: Buffer): Answer {
    const { key, query } = placeOf(url);
    const uploadId = query.get("uploadId") ?? "";
    switch (operation) {
      case "HeadObject":
      case "GetObject":
        return this.#get(key, request);
      case "PutObject": {
        this.#checkAbsent(key, request);
        const object = { ...storedOf(request, body), metadata: metadataOf(request) };
        this.objects.set(key, object);
        return { headers: { etag: object.etag } };
      }
      case "DeleteObject":
        this.objects.delete(key);
        return { status: 204 };
      case "ListObjectsV2":
        return this.#list(query);
      case "CreateMultipartUpload": {
        const id = randomUUID();
        this.uploads.set(id, { key, metadata: metadataOf(request), parts: new Map() });
        return xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
      }
      case "UploadPart": {
        const part = storedOf(request, body);
        this.#upload(uploadId).parts.set(Number(query.get("partNumber")), part);
        return {
          headers: { etag: part.etag, ...(part.checksum && { "x-amz-checksum-crc32": part.checksum }) },
        };
      }
      case "CompleteMultipartUpload": {
        const upload = this.#upload(uploadId);
        const object = joined(upload, body.toString());
        this.#checkAbsent(key, request);
        this.objects.set(key, object);
        this.uploads.delete(uploadId);
        return xml("CompleteMultipartUploadResult", `<ETag>${escapeXml(object.etag)}</ETag>`);
      }
      case "AbortMultipartUpload":
        this.#upload(uploadId);
        this.uploads.delete(uploadId);
        return { status: 204 };
    }
  }

  #get(key: string, { headers }: IncomingMessage): Answer {
    const object = this.objects.get(key);
    if (!object) throw new Refusal(404, "NoSuchKey");
    const { bytes, etag, checksum, metadata } = object;
    if (headers["if-match"] !== undefined && headers["if-match"] !== etag) {
      throw new Refusal(412, "PreconditionFailed");
    }
    const shown = { etag, ...metadata };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
    if (first === undefined) {
      const isAsked = headers["x-amz-checksum-mode"] === "ENABLED" && checksum !== undefined;
      const length = { "content-length": bytes.length };
      return {
        headers: { ...shown, ...length, ...(isAsked && { "x-amz-checksum-crc32": checksum }) },
        body: bytes,
      };
    }
    if (Number(first) >= bytes.length) throw new Refusal(416, "InvalidRange");
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`;
    return { status: 206, headers: { ...shown, "content-range": range }, body: part };
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = Buffer.from(query.get("continuation-token") ?? "", "base64").toString();
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
      .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const page = keys.slice(0, pageSize);
    const contents = page.map((key) => {
      const { bytes, etag } = this.objects.get(key) as StoredObject;
      return `<Contents><Key>${escapeXml(key)}</Key><Size>${bytes.length}</Size><ETag>${escapeXml(etag)}</ETag></Contents>`;
    });
    const isTruncated = keys.length > page.length;
    const token = Buffer.from(page.at(-1) ?? "").toString("base64");
    const next = isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : "";
    return xml(
      "ListBucketResult",
      `<KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}`,
    );
  }

  #checkAbsent(key: string, { headers }: IncomingMessage): void {
    if (headers["if-none-match"] === "*" && this.objects.has(key))
      throw new Refusal(412, "PreconditionFailed");
  }

  /** One that was completed is no more, also to whoever asks again. */
  #upload(id: string): OpenUpload {
    const upload = this.uploads.get(id);
    if (!upload) throw new Refusal(404, "NoSuchUpload");
    return upload;
  }
}

/** Starts a double, which is stopped with the test. */
export async function startS3Double(): Promise<S3Double> {
  const double = new S3Double();
  await double.start();
  onTestFinished(() => double.kill());
  return double;
}

function operationOf(method: string, url: URL): Operation {
  const { key, query } = placeOf(url);
  const isOfUpload = query.has("uploadId");
  switch (method) {
    case "GET":
      return key === "" ? "ListObjectsV2" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      return isOfUpload ? "UploadPart" : "PutObject";
    case "DELETE":
      return isOfUpload ? "AbortMultipartUpload" : "DeleteObject";
    case "POST":
      return isOfUpload ? "CompleteMultipartUpload" : "CreateMultipartUpload";
    default:
      throw new Error(`The double knows no ${method}`);
  }
}

function placeOf(url: URL) {
  const [, , ...parts] = url.pathname.split("/");
  return { key: parts.map(decodeURIComponent).join("/"), query: url.searchParams };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function damage(bytes: Buffer): void {
  bytes[0] = (bytes[0] ?? 0) ^ 1;
}

/** @throws Refusal for whom S3 does not know, or who may not */
function authorize(request: IncomingMessage, body: Buffer): void {
  const authorization = readAuthorization(request);
  if (!authorization) throw new Refusal(403, "AccessDenied");
  const user = users[authorization.accessKeyId];
  if (!user) throw new Refusal(403, "InvalidAccessKeyId");
  if (!authorization.isSignedWith(user.secret)) throw new Refusal(403, "SignatureDoesNotMatch");
  const hash = request.headers["x-amz-content-sha256"];
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== sha256(body))
    throw new Refusal(400, "XAmzContentSHA256Mismatch");
  if (user.refusal) throw new Refusal(user.refusal === "AccessDenied" ? 403 : 400, user.refusal);
  if (!request.url?.startsWith(`/${bucket}`)) throw new Refusal(404, "NoSuchBucket");
}

/** @throws Refusal where the bytes are not those that were sent */
function storedOf(
  { headers }: IncomingMessage,
  bytes: Buffer,
): Pick<StoredObject, "bytes" | "etag" | "checksum"> {
  const checksum = headers["x-amz-checksum-crc32"] as string | undefined;
  if (checksum !== undefined && checksum !== checksumOf(bytes)) throw new Refusal(400, "BadDigest");
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"`, checksum };
}

function checksumOf(bytes: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString("base64");
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(entries) as Record<string, string>;
}

/** @throws Refusal where the parts are not those that were uploaded, or too small */
function joined({ metadata, parts }: OpenUpload, request: string): StoredObject {
  const named = [...request.matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: /<ETag>(?:"|&quot;)?(\w+)/.exec(part)?.[1],
  }));
  const found = named.map(({ number, etag }) => {
    const part = parts.get(number);
    if (part?.etag !== `"${etag}"`) throw new Refusal(400, "InvalidPart");
    return part;
  });
  if (found.length === 0) throw new Refusal(400, "MalformedXML");
  if (found.slice(0, -1).some(({ bytes }) => bytes.length < smallestPart))
    throw new Refusal(400, "EntityTooSmall");
  const hashes = Buffer.concat(found.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex")));
  const checksums = Buffer.concat(found.map(({ checksum = "" }) => Buffer.from(checksum, "base64")));
  return {
    bytes: Buffer.concat(found.map(({ bytes }) => bytes)),
    etag: `"${createHash("md5").update(hashes).digest("hex")}-${found.length}"`,
    checksum: `${checksumOf(checksums)}-${found.length}`,
    metadata,
  };
}

function refused({ status, code }: Refusal, isHead: boolean): Answer {
  const headers = { "content-type": "application/xml" };
  if (isHead) return { status };
  return { status, headers, body: `${xmlHead}<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

function xml(root: string, content: string): Answer {
  const body = `${xmlHead}<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  return { headers: { "content-type": "application/xml" }, body };
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
