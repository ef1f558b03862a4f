import { createServer, type IncomingMessage, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";

/** What goes wrong with a request. */
export type ProxyFault =
  /** The connection breaks: before the server hears of it, or before its answer comes. */
  | { readonly cut: "before" | "after" }
  /** It is refused, and the server does not hear of it. */
  | { readonly status: number }
  /** So many bytes of the answer's body come, then the connection breaks. */
  | { readonly truncatedTo: number };

export interface FaultyProxy {
  readonly port: number;
  /** What was asked for, also where it was refused: "PUT /container/blob?comp=block". */
  readonly requests: string[];
  /** Asked for every request; by default nothing goes wrong. */
  fault: (request: IncomingMessage) => ProxyFault | undefined | Promise<ProxyFault | undefined>;
}

/** Stands before a real HTTP server, and has the requests fail that it is told to. */
export async function faultyProxy(port: number): Promise<FaultyProxy> {
  const server = createServer(async (request, response) => {
    const { method = "", url: path = "", headers, socket } = request;
    proxy.requests.push(`${method} ${path}`);
    const fault = await proxy.fault(request);
    if (fault && "cut" in fault && fault.cut === "before") return void socket.destroy();
    if (fault && "status" in fault) {
      request.resume();
      return void response.writeHead(fault.status, { "content-length": 0 }).end();
    }
    const upstream = send({ port, host: "127.0.0.1", method, path, headers, agent: false });
    upstream.on("error", () => socket.destroy());
    upstream.on("response", (answer) => {
      if (fault && "cut" in fault) return void answer.resume().on("end", () => socket.destroy());
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      if (!fault) return void pipeline(answer, response).catch(() => {});
      response.flushHeaders();
      let left = fault.truncatedTo;
      answer.on("data", (bytes: Buffer) => {
        response.write(bytes.subarray(0, left), () => left === 0 && socket.destroy());
        left = Math.max(0, left - bytes.length);
      });
    });
    await pipeline(request, upstream).catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const proxy: FaultyProxy = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    fault: () => undefined,
  };
  return proxy;
}
