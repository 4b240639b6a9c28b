/** The kernel's sockets with a client that is quicker than they are bound. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type * as ZeroMQ from "zeromq";
import { prepareSockets } from "./preload/sockets.ts";

const zmq = createRequire(import.meta.url)("zeromq") as typeof ZeroMQ;
prepareSockets(zmq);

const folder = await mkdtemp(join(tmpdir(), "sockets-"));
after(() => rm(folder, { recursive: true }));
let sockets = 0;
/** An address that nobody has. */
const newAddress = (): string => `ipc://${folder}/${sockets++}`;

test("what is asked for while a socket is being bound is received afterwards", async () => {
  const address = newAddress();
  const [router, dealer] = [new zmq.Router(), new zmq.Dealer({ linger: 0 })];
  after(() => (router.close(), dealer.close()));
  dealer.connect(address);
  const binding = router.bind(address);
  const first = router.receive(); // as tslab's loop does, whose message came in the meantime
  await Promise.all([binding, dealer.send("a question")]);
  assert.equal((await first).at(-1)?.toString(), "a question");
});

test("a loop that receives before the socket is bound goes on after it", async () => {
  const address = newAddress();
  const [router, dealer] = [new zmq.Router(), new zmq.Dealer({ linger: 0 })];
  after(() => (router.close(), dealer.close()));
  dealer.connect(address);
  const received: string[] = [];
  const loop = (async () => {
    for await (const message of router) if (received.push(String(message.at(-1))) === 3) break;
  })();
  await Promise.all([router.bind(address), ...["a", "b", "c"].map((text) => dealer.send(text).catch(() => undefined))]);
  await dealer.send("d");
  await dealer.send("e");
  await loop;
  assert.equal(received.length, 3);
});

test("what is published while a socket is being bound waits for it", async () => {
  const address = newAddress();
  const publisher = new zmq.Publisher();
  after(() => publisher.close());
  const binding = publisher.bind(address);
  await publisher.send("starting");
  await binding;
});
