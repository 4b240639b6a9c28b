import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { listens, splitAddress } from "./probes.ts";

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
