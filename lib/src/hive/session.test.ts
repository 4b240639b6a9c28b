import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { isStreambookError, type StreambookError } from "../errors/index.ts";
import { explained, HiveSession, isOvertaken, openHive } from "./session.ts";

/** A server that does something with each connection, and speaks no Thrift. */
async function serve(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test("trap: a refused connection is an error of openHive, not the end of the process", async () => {
  const server = await serve(() => {});
  await server[Symbol.asyncDispose]();
  await assert.rejects(openHive({ address: server.address }), {
    code: "UNREACHABLE",
    message: new RegExp(`${server.address} `),
    hint: { start: ["hive"], log: "hive" },
  });
});

/** HiveServer2's answer to a request for a session that it cannot open (Thrift's binary protocol: a status ERROR with a reason). */
function noSession(request: Buffer, reason: string): Buffer {
  const name = request.subarray(4, 8 + request.readInt32BE(4)); // its length and itself
  const sequence = request.subarray(4 + name.length, 8 + name.length);
  const [stop, int, text, struct] = [0, 8, 11, 12];
  const field = (type: number, id: number, ...value: number[]): number[] => [type, 0, id, ...value];
  const bytes = [...Buffer.from(reason)];
  const status = [...field(int, 1, 0, 0, 0, 3), ...field(text, 5, 0, 0, 0, bytes.length, ...bytes), stop];
  const response = [...field(struct, 1, ...status), ...field(int, 2, 0, 0, 0, 9), stop];
  const reply = Buffer.from([...field(struct, 0, ...response), stop]);
  return Buffer.concat([Buffer.from([0x80, 1, 0, 2]), name, sequence, reply]);
}

test("a server that opens no session, as without HDFS, says why, and is worth another try", async () => {
  const reason = "Failed to open new session: Connection refused";
  await using server = await serve((socket) =>
    socket.once("data", (request) => socket.write(noSession(request, reason))),
  );
  await assert.rejects(openHive({ address: server.address }), {
    code: "HIVE_FAILED",
    message: `HiveServer2 at ${server.address} opened no session: ${reason}`,
    retriable: true,
  });
});

test("a server that closes at once is not HiveServer2", async () => {
  await using server = await serve((socket) => socket.destroy());
  await assert.rejects(openHive({ address: server.address }), (error) => isStreambookError(error, "UNREACHABLE"));
});

test("a server that speaks something else is not HiveServer2", async () => {
  await using server = await serve((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await assert.rejects(openHive({ address: server.address, connectTimeout: 500 }), (error) => isStreambookError(error));
});

test("a server that says nothing is waited for, for a limited time", async () => {
  await using server = await serve(() => {});
  await assert.rejects(openHive({ address: server.address, connectTimeout: 50 }), (error) =>
    isStreambookError(error, "TIMEOUT"),
  );
});

test("waiting for a session ends when it is aborted", async () => {
  await using server = await serve(() => {});
  const controller = new AbortController();
  const opened = openHive({ address: server.address, signal: controller.signal });
  setImmediate(() => controller.abort(new Error("enough")));
  await assert.rejects(opened, /enough/);
});

test("an IPv6 address stands in brackets, as everywhere", () => {
  assert.ok(new HiveSession({ address: "[::1]:10000" }));
});

for (const address of [
  "",
  "localhost",
  "10000",
  "localhost:",
  "h:0",
  "[h]:1",
  ":10000",
  "http://h:1",
  "h:99999",
  "h:1/x",
  "a b:1",
]) {
  test(`the address ${JSON.stringify(address)} is refused`, async () => {
    await assert.rejects(openHive({ address }), (error) => isStreambookError(error, "USAGE"));
  });
}

test("what is no text, such as the answer of a function that forgets to return it, is named", async () => {
  const hive = new HiveSession({ address: "127.0.0.1:10000" });
  const nothing = (() => undefined) as unknown as () => string;
  for (const asked of [hive.query(nothing()), hive.execute(nothing())])
    await assert.rejects(asked, { code: "USAGE", message: /must be a string, and this is undefined/ });
});

test("a statement that fails because the metastore or HDFS is away is worth another try; a wrong one is not", () => {
  const failed = "Error while compiling statement: FAILED: ";
  const away = [
    "RuntimeException Unable to instantiate org.apache.hadoop.hive.ql.metadata.SessionHiveMetaStoreClient",
    "SemanticException Unable to fetch table t. Could not connect to meta store using any of the URIs provided",
    "RuntimeException Cannot create staging directory: Call From a to b failed on connection exception: java.net.ConnectException: Connection refused",
  ];
  for (const reason of away) {
    const error = explained(new Error(failed + reason), "SELECT 1") as StreambookError;
    assert.deepEqual([error.code, error.retriable], ["HIVE_FAILED", true]);
    assert.match(error.message, /is away \(.*try again when it is back$/);
  }
  const wrong = explained(
    new Error(`${failed}ParseException line 1:0 cannot recognize input`),
    "SELEKT 1",
  ) as StreambookError;
  assert.deepEqual([wrong.code, wrong.retriable], ["HIVE_FAILED", false]);
  assert.match(wrong.message, /ParseException.*correct the statement$/);
});

test("a question whose files were joined meanwhile is known by what Hive says; a wrong one, and one of a broken file, are not", () => {
  const failure = (said: string): unknown => explained(new Error(said), "SELECT 1");
  const task = "FAILED: Execution Error, return code 2 from org.apache.hadoop.hive.ql.exec.mr.MapRedTask";
  for (const said of [
    `Error while compiling statement: ${task}`,
    "java.io.IOException: java.io.FileNotFoundException: File does not exist: /streambook/warehouse/t/a.parquet",
  ])
    assert.ok(isOvertaken(failure(said)), said);
  for (const said of [
    "FAILED: ParseException line 1:0 cannot recognize input near 'SELEC' '1' '<EOF>'",
    "java.io.IOException: java.lang.RuntimeException: /t/broken.parquet is not a Parquet file. Expected magic number at tail",
    "FAILED: Execution Error, return code 40000 from org.apache.hadoop.hive.ql.ddl.DDLTask. AlreadyExistsException",
  ])
    assert.ok(!isOvertaken(failure(said)), said);
  assert.ok(!isOvertaken(new Error(task)), "it is no error of Hive");
});
