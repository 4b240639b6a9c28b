import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { serveOutside, translateAddress } from "./webhdfs-outside.ts";

const places = { inside: "datanode:9864", outside: "127.0.0.1:19864" };

test("only the address that an answer sends to is translated", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["http://datanode:9864/webhdfs/v1/x?op=OPEN", "http://127.0.0.1:19864/webhdfs/v1/x?op=OPEN"],
    ['{"Location":"http://datanode:9864/x"}', '{"Location":"http://127.0.0.1:19864/x"}'],
    ["http://datanode:98640/x", "http://datanode:98640/x"],
    ["http://other/http://datanode:9864/", "http://other/http://datanode:9864/"],
    ['{"FileStatuses":"http://datanode:9864/x"}', '{"FileStatuses":"http://datanode:9864/x"}'],
    ["", ""],
  ];
  for (const [text, expected] of cases) assert.equal(translateAddress(text, places), expected);
});

test("everything is passed on, redirects and their JSON with the address of outside", async () => {
  const seen: string[] = [];
  await using namenode = await listening((url, body) => {
    seen.push(`${url} ${body}`);
    if (url === "/redirect") return [307, { location: "http://datanode:9864/go" }, ""];
    if (url === "/json") return [200, { "content-type": "application/json" }, '{"Location":"http://datanode:9864/é"}'];
    return [404, { "content-type": "text/plain" }, "http://datanode:9864/ stays in a text"];
  });
  await using door = await serveOutside({ port: 0, namenode: namenode.port, ...places });
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${door.port}${path}`, { redirect: "manual", ...init });
  const redirect = await ask("/redirect", { method: "PUT", body: "abc" });
  assert.deepEqual([redirect.status, redirect.headers.get("location")], [307, "http://127.0.0.1:19864/go"]);
  assert.deepEqual(await (await ask("/json")).json(), { Location: "http://127.0.0.1:19864/é" });
  const other = await ask("/other?op=x");
  assert.deepEqual([other.status, await other.text()], [404, "http://datanode:9864/ stays in a text"]);
  assert.deepEqual(seen, ["/redirect abc", "/json ", "/other?op=x "]);
});

test("who asks before sending a body is answered without it, as curl does with a file", async () => {
  await using namenode = await listening(() => [307, { location: "http://datanode:9864/go" }, ""]);
  await using door = await serveOutside({ port: 0, namenode: namenode.port, ...places });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { expect: "100-continue", "content-length": 1e9 };
    const request = httpRequest({ port: door.port, method: "PUT", path: "/x", headers }, (response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    request.on("error", reject).on("continue", () => reject(new Error("the body is wanted")));
    request.flushHeaders();
  });
  assert.equal(status, 307);
});

test("a NameNode that is not there yet is a plain 502", async () => {
  const { port } = await (async () => {
    await using gone = await listening(() => [200, {}, ""]);
    return gone;
  })();
  await using door = await serveOutside({ port: 0, namenode: port, ...places });
  assert.equal((await fetch(`http://127.0.0.1:${door.port}/`)).status, 502);
});

type Answer = readonly [status: number, headers: Record<string, string>, body: string];

/** A NameNode of the test's own. */
async function listening(answer: (url: string, body: string) => Answer): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const [status, headers, body] = answer(request.url ?? "", Buffer.concat(parts).toString());
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
