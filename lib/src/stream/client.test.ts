import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { delay } from "../async/index.ts";
import { isStreambookError, type ErrorCode } from "../errors/index.ts";
import { listFiles, readChunks, type ReadChunksOptions } from "./index.ts";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Runs a server that answers as given, for the time of an operation. */
async function withServer<T>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  operation: (url: string) => Promise<T>,
): Promise<T> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await operation(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const line = (chunk: string): string => `${JSON.stringify({ chunk })}\n`;
const fromOf = (request: IncomingMessage): number =>
  Number(new URL(request.url ?? "", "http://x").searchParams.get("from") ?? 0);
const all = (url: string, options: ReadChunksOptions = {}): Promise<string[]> =>
  collect(readChunks(url, "a b.txt", options));
const hasCode =
  (code: ErrorCode, message = /./) =>
  (error: unknown) =>
    isStreambookError(error, code) && message.test(error.message);

test("a stream that breaks anywhere is taken up where it broke, and comes whole", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "binary", maxLength: 8 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(60), { maxLength: 4 }),
      async (chunks, cuts) => {
        const remaining = [...cuts];
        const resumed: number[] = [];
        const read = await withServer(
          (request, response) => {
            assert.equal(new URL(request.url ?? "", "http://x").pathname, "/stream/a%20b.txt");
            const body = chunks.slice(fromOf(request)).map(line).join("");
            const cut = remaining.pop();
            if (cut === undefined) response.end(body);
            else response.write(Buffer.from(body).subarray(0, cut), () => setImmediate(() => response.destroy()));
            if (cut === 0) response.destroy();
          },
          (url) => all(url, { attempts: 10, retryDelay: 1, onResume: ({ from }) => resumed.push(from) }),
        );
        assert.deepEqual(read, chunks);
        assert.equal(resumed.length, cuts.length);
        assert.deepEqual(
          resumed,
          resumed.toSorted((a, b) => a - b),
        );
      },
    ),
    { numRuns: 30 },
  );
});

test("a body that is shorter than it said is broken too", async () => {
  let requests = 0;
  const chunks = await withServer(
    (request, response) => {
      if (requests++ > 0)
        return void response.end(
          ["b", "c"]
            .slice(fromOf(request) - 1)
            .map(line)
            .join(""),
        );
      response.writeHead(200, { "content-length": 1000 });
      response.write(line("a"));
      setTimeout(() => response.destroy(), 20);
    },
    (url) => all(url, { retryDelay: 1 }),
  );
  assert.deepEqual(chunks, ["a", "b", "c"]);
});

test("gives up a stream that breaks again and again without a chunk more, and says where", async () => {
  let requests = 0;
  await withServer(
    (request, response) => {
      requests++;
      if (fromOf(request) > 0) return void response.destroy();
      response.write(line("a"), () => setImmediate(() => response.destroy()));
    },
    (url) =>
      assert.rejects(
        all(url, { attempts: 3, retryDelay: 1 }),
        hasCode("STREAM_BROKEN", /a b\.txt.*broke at chunk 1 .*still running/),
      ),
  );
  assert.equal(requests, 1 + 3 - 1);
});

test("lines that are not chunks are reported and left out, and counted when the stream is taken up", async () => {
  const body = ['{"chunk":"a"}', "", "nonsense", '{"chunk":1}', '["chunk"]', "null", '{"chunk":"b"}', '{"chu'].join(
    "\n",
  );
  const malformed: [number, string][] = [];
  let requests = 0;
  const froms: number[] = [];
  const chunks = await withServer(
    (request, response) => {
      froms.push(fromOf(request));
      const rest = body.split("\n").slice(fromOf(request)).join("\n");
      if (requests++ > 0) response.end(rest);
      else response.write(rest.slice(0, 40), () => setImmediate(() => response.destroy()));
    },
    (url) => all(url, { retryDelay: 1, onMalformed: ({ index, line }) => malformed.push([index, line]) }),
  );
  assert.deepEqual(chunks, ["a", "b"]);
  assert.deepEqual(malformed, [
    [1, ""],
    [2, "nonsense"],
    [3, '{"chunk":1}'],
    [4, '["chunk"]'],
    [5, "null"],
    [7, '{"chu'],
  ]);
  assert.deepEqual(froms, [0, 4]);
});

test("a refusal is explained, and not tried again unless it may pass", async () => {
  const refusals: readonly (readonly [number, string, ErrorCode, RegExp, number])[] = [
    [404, '{"detail":"File not found"}', "NOT_FOUND", /File not found.*list_files/, 1],
    [422, '{"detail":"a is not UTF-8: byte 7"}', "NOT_UTF8", /byte 7; save/, 1],
    [400, '{"detail":"from must be"}', "STREAM_BROKEN", /answered 400: from must be/, 1],
    [403, '{"detail":"a may not be read"}', "TEXT_UNREADABLE", /a may not be read; give/, 1],
    [412, '{"detail":"a was changed"}', "STREAM_BROKEN", /a was changed; read it again/, 1],
    [503, "<html>", "STREAM_BROKEN", /status 503/, 3],
  ];
  for (const [status, body, code, message, expected] of refusals) {
    let requests = 0;
    await withServer(
      (_request, response) => {
        requests++;
        response.writeHead(status).end(body);
      },
      (url) => assert.rejects(all(url, { attempts: 3, retryDelay: 1 }), hasCode(code, message)),
    );
    assert.equal(requests, expected, String(status));
  }
});

test("a source that falls silent counts as broken", async () => {
  await withServer(
    (request, response) => (fromOf(request) === 0 ? response.write(line("a")) : response.flushHeaders()),
    (url) =>
      assert.rejects(
        all(url, { idleTimeout: 100, attempts: 2, retryDelay: 1 }),
        hasCode("STREAM_BROKEN", /silent for 0\.1 s/),
      ),
  );
});

test("a reader that takes its time is not a source that is silent", async () => {
  const requests: number[] = [];
  const chunks: string[] = [];
  await withServer(
    (request, response) => {
      requests.push(fromOf(request));
      if (fromOf(request) > 0) return void response.end(["a", "b"].slice(fromOf(request)).map(line).join(""));
      response.write(line("a"));
      setTimeout(() => response.end(line("b")), 20);
    },
    async (url) => {
      for await (const chunk of readChunks(url, "a b.txt", { idleTimeout: 100, retryDelay: 1 })) {
        chunks.push(chunk);
        await delay(300);
      }
    },
  );
  assert.deepEqual([chunks, requests], [["a", "b"], [0]]);
});

test("what arrives while this process is busy is not silence either", async () => {
  const requests: number[] = [];
  const source = new Worker(
    `
    const { createServer } = require("node:http");
    const { parentPort } = require("node:worker_threads");
    const server = createServer((request, response) => {
      response.write('{"chunk":"a"}\\n');
      setTimeout(() => response.end('{"chunk":"b"}\\n'), 50);
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  try {
    const [port] = (await once(source, "message")) as [number];
    const chunks = readChunks(`http://127.0.0.1:${port}`, "a", {
      ...{ idleTimeout: 100, retryDelay: 1 },
      onResume: ({ from }) => requests.push(from),
    });
    assert.equal((await chunks.next()).value, "a");
    const second = chunks.next();
    await new Promise((resolve) => setImmediate(resolve)); // after it, timers come before input
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    assert.equal((await second).value, "b");
    assert.deepEqual(requests, []);
  } finally {
    await source.terminate();
  }
});

test("a source that falls silent is asked for the next chunk, not for the first", async () => {
  const requests: number[] = [];
  const chunks = await withServer(
    (request, response) => {
      requests.push(fromOf(request));
      if (requests.length === 1) response.write(line("a") + line("b") + line("c").slice(0, 5));
      else response.end(line("c"));
    },
    (url) => all(url, { idleTimeout: 100, retryDelay: 1 }),
  );
  assert.deepEqual(
    [chunks, requests],
    [
      ["a", "b", "c"],
      [0, 2],
    ],
  );
});

test("a signal that aborts ends the reading and the connection", async () => {
  const stop = new AbortController();
  const closed = Promise.withResolvers<void>();
  await withServer(
    (_request, response) => {
      response.once("close", () => closed.resolve());
      response.write(line("a"));
    },
    async (url) => {
      await assert.rejects(
        async () => {
          for await (const chunk of readChunks(url, "a", { signal: stop.signal })) {
            assert.equal(chunk, "a");
            stop.abort();
          }
        },
        { name: "AbortError" },
      );
      await closed.promise;
    },
  );
});

test("a reader that stops early ends the connection", async () => {
  const closed = Promise.withResolvers<void>();
  await withServer(
    (_request, response) => {
      response.once("close", () => closed.resolve());
      response.write(line("a"));
    },
    async (url) => {
      for await (const chunk of readChunks(url, "a")) {
        assert.equal(chunk, "a");
        break;
      }
      await closed.promise;
    },
  );
});

test("a line of many megabytes is read", async () => {
  const chunk = "😀".repeat(3 << 20);
  assert.deepEqual(
    await withServer(
      (_request, response) => response.end(line(chunk)),
      (url) => all(url),
    ),
    [chunk],
  );
});

test("nobody there: says which address, and what has to run", async () => {
  const url = await withServer(
    () => undefined,
    (url) => Promise.resolve(url),
  );
  const expected = {
    code: "UNREACHABLE",
    message: /no stream source answers at http:\/\/127\.0\.0\.1:\d+ .*ECONNREFUSED/,
    hint: { run: { program: "source", port: Number(new URL(url).port) } },
  };
  await assert.rejects(listFiles(url), expected);
  await assert.rejects(all(url, { attempts: 2, retryDelay: 1 }), expected);
});

test("someone else there: says that it is no stream source", async () => {
  for (const body of ["<html>", "[]", '{"files":[1]}']) {
    await withServer(
      (_request, response) => response.end(body),
      (url) => assert.rejects(listFiles(url), hasCode("STREAM_BROKEN", /right address/)),
    );
  }
});
