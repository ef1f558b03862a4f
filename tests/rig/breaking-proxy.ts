import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export { closedPort } from "./closed-port.js";

export interface BreakingProxyOptions {
  /** Where the real server listens, on loopback. */
  readonly port: number;
  /** Which bytes count: those that the client sends, or those that it gets. */
  readonly direction: "writing" | "reading";
  /** How many bytes pass, over all connections together. Then every connection breaks, and every further one at once. */
  readonly afterBytes: number;
}

/**
 * A connection that breaks: it lets bytes pass to and from a real server until it has had enough.
 *
 * @returns the port to connect to
 */
export async function breakingProxy({ port, direction, afterBytes }: BreakingProxyOptions): Promise<number> {
  let left = afterBytes;
  const sockets = new Set<Socket>();
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const server: Server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // What breaks is told by the other side.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const [counted, other] = direction === "writing" ? [client, upstream] : [upstream, client];
    counted.on("data", (bytes: Buffer) => {
      const passing = bytes.subarray(0, Math.max(left, 0));
      left -= bytes.length;
      if (left <= 0) {
        other.write(passing, breakAll);
        return;
      }
      if (!other.write(passing)) {
        counted.pause();
        other.once("drain", () => counted.resume());
      }
    });
    other.pipe(counted);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    breakAll();
    server.close();
  });
  return (server.address() as { port: number }).port;
}
