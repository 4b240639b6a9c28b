/** How one asks a service whether it works: the questions that several of them share. */
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { parseAddress, reachDirectly } from "../../address/index.ts";
import { StreambookError } from "../../errors/index.ts";

/** The JSON that a page answers; an empty object when it refuses. */
export async function askJson(url: string, signal: AbortSignal): Promise<unknown> {
  reachDirectly(url);
  const response = await fetch(url, { signal, headers: { accept: "application/json" } });
  return response.ok ? response.json() : {};
}

/**
 * A bean of a Hadoop daemon, from its web server.
 *
 * @param page `http://host:port`
 * @param bean as `Hadoop:service=NameNode,name=NameNodeStatus`
 */
export async function askBean(
  page: string,
  bean: string,
  signal: AbortSignal,
): Promise<Record<string, unknown> | undefined> {
  return (await askBeans(page, bean, signal))[0];
}

/** The beans whose names fit, from the same place: `java.lang:type=GarbageCollector,name=*`. */
export async function askBeans(page: string, bean: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  const answer = await askJson(`${page}/jmx?qry=${bean}`, signal);
  return (answer as { beans?: Record<string, unknown>[] }).beans ?? [];
}

/** Whether somebody accepts connections at `host:port`. */
export async function listens(address: string, signal?: AbortSignal): Promise<boolean> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(signal && { signal }) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/**
 * Host and port of `host:port`, `http://host:port` or `hdfs://host:port`.
 *
 * @throws USAGE for anything else
 */
export function splitAddress(address: string): { host: string; port: number } {
  const { host, port } = parseAddress(address.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "")) ?? {};
  if (host !== undefined && port !== undefined) return { host, port };
  throw new StreambookError(
    "USAGE",
    `${JSON.stringify(address)} is not the address of a service; give it as host:port, or as a URL with the port`,
  );
}

const [CALL, REPLY] = [0x80010001 | 0, 0x80010002 | 0];

/**
 * Makes one call of Thrift and gives the beginning of the reply: written byte by byte (TBinaryProtocol,
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md), so that a look at the services does
 * not load a driver. The session, if the call opened one, ends with its connection.
 *
 * @param argumentBytes the fields of the call's arguments, with the stop that ends them
 * @param length how much of the result is wanted, in bytes
 * @returns the first bytes of the result; undefined when the answer is no reply to the call
 */
export async function callThrift(
  address: string,
  call: string,
  argumentBytes: readonly number[],
  length: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const { host, port } = splitAddress(address);
  const socket = connect({ host, port, signal });
  const header = Buffer.alloc(8);
  header.writeInt32BE(CALL, 0);
  header.writeInt32BE(call.length, 4);
  const sequence = [0, 0, 0, 0];
  socket.write(Buffer.concat([header, Buffer.from(call), Buffer.from([...sequence, ...argumentBytes])]));
  const start = 12 + call.length;
  let reply = Buffer.alloc(0);
  for await (const part of socket as AsyncIterable<Buffer>) {
    reply = Buffer.concat([reply, part]);
    if (reply.length >= start + length) break; // leaving the loop destroys the socket
  }
  return reply.length >= start + length && reply.readInt32BE(0) === REPLY ? reply.subarray(start) : undefined;
}

/**
 * Whether a gRPC server answers: a call of a method that there is not, which costs it nothing. What answers in gRPC's own way
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), and be it UNIMPLEMENTED, is one.
 */
export async function answersGrpc(address: string, signal: AbortSignal): Promise<boolean> {
  const session = connectHttp2(`http://${address}`);
  const end = (): void => session.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      session.once("error", reject).once("close", () => resolve(false));
      const call = session.request({
        ":method": "POST",
        ":path": "/streambook.Probe/Probe",
        "content-type": "application/grpc",
        te: "trailers",
      });
      const look = (headers: Readonly<Record<string, unknown>>): void => {
        if (headers["grpc-status"] !== undefined) resolve(true);
      };
      call
        .on("response", look)
        .on("trailers", look)
        .on("error", reject)
        .on("end", () => resolve(false));
      call.end(Buffer.alloc(5)).resume(); // an empty message: not compressed, no bytes
    });
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}
