import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { onTestFinished } from "vitest";
import type { Decide, FaultyServer, RequestFault } from "./request-faults.js";

/** Its requests are called "PUT /container/blob?comp=block". */
export interface FaultyProxy extends FaultyServer {
  readonly port: number;
}

/** Stands before a real HTTP server, and has the requests fail that it is told to. */
export async function faultyProxy(port: number): Promise<FaultyProxy> {
  const requests: string[] = [];
  let decide: Decide<RequestFault> = () => undefined;
  const server = createServer(async (request, response) => {
    const { method = "", url: path = "", headers, socket } = request;
    const name = `${method} ${path}`;
    requests.push(name);
    const fault = await decide(request, name);
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
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    decide: (next) => {
      decide = next;
    },
  };
}
