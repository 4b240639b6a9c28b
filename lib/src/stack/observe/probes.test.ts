import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { listens, splitAddress } from "./probes.ts";
import { complaintOf } from "./readiness.ts";

test("the address of a service has its host and port, with a scheme or without", () => {
  assert.deepEqual(splitAddress("127.0.0.1:9092"), { host: "127.0.0.1", port: 9092 });
  assert.deepEqual(splitAddress("hdfs://namenode:8020/user"), { host: "namenode", port: 8020 });
  assert.deepEqual(splitAddress("http://[::1]:9870/"), { host: "::1", port: 9870 });
  assert.deepEqual(splitAddress("http://namenode:80"), { host: "namenode", port: 80 }, "URL would leave it out");
  for (const wrong of ["", "9092", "kafka", "http://namenode", "kafka:0", "a b:1"]) {
    assert.throws(
      () => splitAddress(wrong),
      (error) => isStreambookError(error, "USAGE") && error.message.includes(JSON.stringify(wrong)),
      wrong,
    );
  }
});

test("somebody listens or does not", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal(await listens(place), true);
  await once(server.close(), "close");
  assert.equal(await listens(place), false);
});

test("a service that does not work for want of disk says so, and one that starts does not", async () => {
  const report =
    "1/1 local-dirs usable space is below … [ /data/yarn/local : free space below limit of 200MB ] ; 1/1 log-dirs … ";
  const low =
    "Safe mode is ON. Resources are low on NN. Please add or free up more resourcesthen turn off safe mode manually.";
  let full = true;
  const server = createHttpServer((request, response) => {
    const node = request.url?.includes("states=UNHEALTHY") === true && full ? [{ healthReport: report }] : [];
    const said = full
      ? low
      : "Safe mode is ON. The reported blocks 0 needs additional 10 blocks to reach the threshold.";
    response.end(JSON.stringify({ nodes: { node }, beans: [{ Safemode: said }] }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    assert.match(
      (await complaintOf("nodemanager", place)) ?? "",
      /takes no tasks: .*limit of 200MB \]; free some disk/,
    );
    assert.match((await complaintOf("datanode", place)) ?? "", /takes no writes.* disk is full; free some disk/);
    assert.equal(await complaintOf("kafka", place), undefined);
    full = false;
    assert.equal(await complaintOf("nodemanager", place), undefined);
    assert.equal(await complaintOf("namenode", place), undefined);
  } finally {
    server.closeAllConnections();
    await once(server.close(), "close");
  }
  assert.equal(await complaintOf("namenode", place), undefined, "where nobody answers");
});
