import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../async/index.ts";
import { FaultyLink } from "./index.ts";

/** A server that says back what it hears. */
let server: Server;
let heard = "";
let lost = 0;
let link: FaultyLink;
const clients: Socket[] = [];

before(async () => {
  server = createServer((socket) => {
    socket.on("data", (piece) => (heard += piece.toString("latin1")));
    socket.on("error", () => lost++);
    socket.pipe(socket);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});
beforeEach(async () => {
  [heard, lost] = ["", 0];
  link = await FaultyLink.open(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link[Symbol.asyncDispose]();
});
after(() => server.close());

interface Client {
  readonly socket: Socket;
  readonly said: () => string;
  readonly ended: () => string;
}

async function client(): Promise<Client> {
  const [host, port] = link.address.split(":") as [string, string];
  const socket = connect(Number(port), host);
  clients.push(socket);
  let [said, ended] = ["", ""];
  socket.on("data", (piece) => (said += piece.toString("latin1")));
  socket.on("error", (error: NodeJS.ErrnoException) => (ended = error.code ?? "error"));
  socket.on("end", () => (ended ||= "end"));
  await once(socket, "connect");
  return { socket, said: () => said, ended: () => ended };
}

const says = ({ said }: Client, text: string): Promise<unknown> => until(`"${text}"`, () => said() === text);

test("whole, it passes on all that is said, however much, and the end of it", async () => {
  const one = await client();
  const text = "0123456789".repeat(200_000);
  one.socket.end(text);
  await until("the end", () => one.ended() === "end");
  assert.ok(one.said() === text);
  assert.equal(link.struck, 0);
  await until("the connection to be forgotten", () => link.connections === 0);
});

test("slow, each piece is held up, in order", async () => {
  const one = await client();
  link.slow(60);
  const begun = performance.now();
  for (const letter of "abc") {
    one.socket.write(letter);
    await sleep(5);
  }
  await says(one, "abc");
  assert.ok(performance.now() - begun >= 120, "there, and back");
  assert.ok(link.struck >= 2);
});

test("reset, both ends learn of it, and a new connection works", async () => {
  const one = await client();
  one.socket.write("a");
  await says(one, "a");
  link.reset();
  assert.equal(link.struck, 1);
  await until("both ends to be reset", () => one.ended() === "ECONNRESET" && lost >= 1);
  const two = await client();
  two.socket.write("b");
  await says(two, "b");
});

test("muted, what is said is lost, neither end learns of it, and new connections work; healed, it breaks", async () => {
  const one = await client();
  one.socket.write("a");
  await says(one, "a");
  link.mute();
  one.socket.write("b");
  const two = await client();
  two.socket.write("c");
  await says(two, "c");
  assert.equal(heard, "ac");
  assert.equal(one.ended(), "");
  assert.equal(link.struck, 2, "the connection, and the piece");
  await link.heal();
  await until("both ends to be reset", () => one.ended() === "ECONNRESET" && lost >= 1);
  assert.equal(heard, "ac");
});

test("parted, nothing passes; healed, all of it does", async () => {
  const one = await client();
  one.socket.write("a");
  await says(one, "a");
  link.part();
  one.socket.write("b");
  const two = await client();
  two.socket.write("c");
  await sleep(100);
  assert.deepEqual([one.said(), two.said(), heard], ["a", "", "a"]);
  assert.equal(link.struck, 2);
  await link.heal();
  await Promise.all([says(one, "ab"), says(two, "c")]);
  assert.equal(one.ended(), "");
});

test("refused, connections break and no new one is made; healed, they are made at the same place", async () => {
  const one = await client();
  one.socket.write("a");
  await says(one, "a");
  link.refuse();
  await until("the reset", () => one.ended() === "ECONNRESET");
  assert.equal(link.struck, 1);
  await assert.rejects(client(), { code: "ECONNREFUSED" });
  await link.heal();
  const two = await client();
  two.socket.write("b");
  await says(two, "b");
  assert.equal(heard, "ab");
});

test("its place is taken again as soon as somebody else has left it", async () => {
  link.refuse();
  const other = createServer().listen(Number(link.address.split(":")[1]), "127.0.0.1");
  await once(other, "listening");
  const healed = link.heal();
  await sleep(150);
  other.close();
  await healed;
  const one = await client();
  one.socket.write("a");
  await says(one, "a");
});

test("a server that is not there is a connection that breaks", async () => {
  link.leadTo("127.0.0.1:1");
  const one = await client();
  await until("the reset", () => one.ended() === "ECONNRESET");
});

test("what is no address is refused", async () => {
  await assert.rejects(FaultyLink.open("kafka"), { code: "USAGE", message: /"kafka" is not host:port/ });
});
