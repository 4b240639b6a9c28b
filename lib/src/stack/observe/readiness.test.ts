import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { isOpen } from "./readiness.ts";

test("a place is open while somebody listens there, as host and port and as a URL", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const forms = [place, `http://${place}`, `http://${place}/`];
  for (const form of forms) assert.equal(await isOpen(form), true, form);
  server.close();
  await once(server, "close");
  for (const form of forms) assert.equal(await isOpen(form), false, form);
});

test("what is no host with a port is left to the question itself", async () => {
  for (const address of ["", "kafka", "9092", "127.0.0.1:9092,127.0.0.1:9093", "file:///tmp/x"])
    assert.equal(await isOpen(address), true, address);
});

test("who waits no longer gets an answer", async () => {
  assert.equal(await isOpen("127.0.0.1:1", AbortSignal.abort()), false);
});
