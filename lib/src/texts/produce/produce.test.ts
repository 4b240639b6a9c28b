import assert from "node:assert/strict";
import { once } from "node:events";
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { isStreambookError } from "../../errors/index.ts";
import { compileCheck, loadSchema } from "../../schema/index.ts";
import { projectFolder } from "../../stack/index.ts";
import { startStreamSource } from "../../stream/index.ts";
import { produce, type ProduceOptions, type ProduceProgress } from "./produce.ts";

interface Message {
  readonly agent_id: string;
  readonly destination_uri: string;
  readonly event_time: string;
  readonly chunk: string;
  readonly stream_id: string;
  readonly seq: number;
  readonly is_last: boolean;
}

let root: string;
before(async () => (root = await mkdtemp(join(tmpdir(), "streambook-produce-"))));
after(() => rm(root, { recursive: true }));

/** Serves texts, sends them to a log, and returns what the log holds. */
async function logOf(
  texts: Readonly<Record<string, string | Buffer>>,
  options: Partial<ProduceOptions> & { chunkSize?: number } = {},
) {
  const folder = await mkdtemp(join(root, "texts-"));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  const source = await startStreamSource({ folder, chunkSize: options.chunkSize ?? 5, port: 0 });
  try {
    const result = await produce({ source: source.url, logFolder: join(folder, "log"), ...options });
    const text = await readFile(result.logFile as string, "utf8");
    return {
      result,
      lines: text.split("\n").slice(0, -1),
      messages: text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Message),
    };
  } finally {
    await source.close();
  }
}

/** The texts by address, from messages in any order; fails unless every stream is whole. */
function rebuild(messages: readonly Message[]): Map<string, string> {
  const streams = Map.groupBy(messages, ({ destination_uri: uri }) => uri);
  return new Map(
    [...streams].map(([uri, parts]) => {
      const sorted = parts.toSorted((a, b) => a.seq - b.seq);
      assert.deepEqual(
        sorted.map(({ seq }) => seq),
        sorted.map((_, i) => i),
      );
      assert.deepEqual(
        sorted.map(({ is_last: isLast }) => isLast),
        sorted.map((_, i) => i === sorted.length - 1),
      );
      assert.equal(new Set(sorted.map(({ stream_id: id }) => id)).size, 1);
      return [uri, sorted.map(({ chunk }) => chunk).join("")];
    }),
  );
}

test("every text can be rebuilt from the messages, whatever it holds and however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "binary", maxLength: 40 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 12 }),
      async (texts, chunkSize) => {
        const files = Object.fromEntries(texts.map((text, i) => [`${i}.txt`, Buffer.from(text)])); // a lone half becomes U+FFFD
        const { result, messages } = await logOf(files, { chunkSize });
        const rebuilt = rebuild(messages);
        assert.equal(result.streams, texts.length);
        assert.equal(result.messages, messages.length);
        for (const { file, uri, messages: count } of result.texts) {
          assert.equal(rebuilt.get(uri), String(files[file]));
          assert.equal(messages.filter((message) => message.destination_uri === uri).length, count);
        }
      },
    ),
    { numRuns: 12 },
  );
});

test("messages follow schemas/chunks.json, field by field, in its order", async () => {
  const schema = await loadSchema(join(projectFolder(), "schemas", "chunks.json"));
  const check = compileCheck(schema);
  const { messages } = await logOf({ "a.txt": "ein Text mit “Quotes”\t\r\n", "b.txt": "", "c.txt": "x".repeat(500) });
  for (const message of messages) {
    assert.equal(check(message), undefined);
    assert.deepEqual(
      Object.keys(message),
      schema.fields.map(({ name }) => name),
    );
    assert.match(message.event_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  for (const parts of Map.groupBy(messages, ({ stream_id: id }) => id).values()) {
    const times = parts.map(({ event_time: time }) => time);
    assert.deepEqual(times, times.toSorted());
  }
});

test("an empty text is one message", async () => {
  const { messages } = await logOf({ "empty.txt": "" });
  assert.deepEqual(
    messages.map(({ seq, chunk, is_last: last }) => ({ seq, chunk, last })),
    [{ seq: 0, chunk: "", last: true }],
  );
});

test("equal seeds give equal agents and addresses; more texts than agents are all read", async () => {
  const texts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.txt`, `text ${i}`]));
  const [one, two] = await Promise.all([logOf(texts, { seed: 3, agents: 2 }), logOf(texts, { seed: 3, agents: 9 })]);
  const who = ({ result }: typeof one): string[] =>
    result.texts.map(({ file, uri, agentId }) => `${file} ${uri} ${agentId}`);
  assert.deepEqual(who(one), who(two));
  assert.equal(new Set(one.result.texts.map(({ uri }) => uri)).size, 30);
});

test("a text that is not UTF-8 is left out and reported; the others are sent", async () => {
  const { result, messages } = await logOf({ "bad.txt": Buffer.from([0x61, 0xff]), "good.txt": "good" });
  assert.deepEqual(
    result.failed.map(({ file, code }) => [file, code]),
    [["bad.txt", "NOT_UTF8"]],
  );
  assert.match(result.failed[0]?.message ?? "", /byte 1/);
  assert.deepEqual([...rebuild(messages).values()], ["good"]);
});

test("a text that was wanted and has vanished is missed, and named", async () => {
  const { result } = await logOf({ "a.txt": "a", "c.txt": "c" }, { files: ["a.txt", "b\\.txt"] });
  assert.deepEqual(
    [result.texts.map(({ file }) => file), result.failed.map(({ file, code }) => [file, code])],
    [["a.txt"], [["b\\.txt", "NOT_FOUND"]]],
  );
});

test("when no text at all can be read, the run has failed", async () => {
  await assert.rejects(logOf({ "bad.txt": Buffer.from([0xff]) }), (error) => isStreambookError(error, "NOT_UTF8"));
});

test("a stream that breaks is taken up; a line that is no chunk is counted and left out", async () => {
  const lines = ['{"chunk":"a"}', '{"chunk":"b"}', "nonsense", '{"chunk":"c"}'];
  let requests = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    if (url.pathname === "/list_files") return void response.end('{"files":["a.txt"]}');
    const rest = lines.slice(Number(url.searchParams.get("from") ?? 0));
    if (requests++ > 0) return void response.end(rest.join("\n") + "\n");
    response.write(`${rest[0]}\n${rest[1]?.slice(0, 5)}`, () => setImmediate(() => response.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const log = join(root, "broken");
  const result = await produce({
    source: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logFolder: log,
  });
  server.close();
  assert.deepEqual([result.messages, result.malformed, result.resumed], [3, 1, 1]);
  const messages = (await readFile(result.logFile as string, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Message);
  assert.deepEqual([...rebuild(messages).values()], ["abc"]);
});

test("stopped in the middle: what was taken is in the log, whole lines only, and no stream claims to be finished", async () => {
  const stop = new AbortController();
  const seen: ProduceProgress[] = [];
  const onProgress = (progress: ProduceProgress): void => {
    seen.push(progress);
    if (progress.messages > 3) stop.abort();
  };
  const { result, messages } = await logOf(
    { "a.txt": "x".repeat(4000), "b.txt": "y".repeat(4000) },
    { rate: 100, signal: stop.signal, onProgress },
  );
  assert.equal(result.stopped, true);
  assert.equal(result.messages, messages.length);
  assert.ok(messages.length > 3 && messages.length < 1600);
  assert.ok(messages.every(({ is_last: last }) => !last));
  assert.deepEqual([result.streams, result.failed], [0, []]);
  assert.equal(seen.at(-1)?.texts, 2);
});

/** What the system says when a disk is full. */
const diskFull = (): Promise<never> =>
  Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));

for (const [when, method] of [
  ["is written", "appendFile"],
  ["is confirmed", "sync"],
] as const) {
  test(`a disk that is full when the log ${when} fails the run, and is reported once`, async ({ mock }) => {
    await using handle = await open(join(root, "any"), "w");
    mock.method(Object.getPrototypeOf(handle) as FileHandle, method, diskFull);
    await assert.rejects(logOf({ "a.txt": "a" }), (error) => {
      assert.ok(isStreambookError(error, "LOG_FAILED"));
      assert.match(
        error.message,
        /^cannot write the log [^()]*chunks_[^()]* \(ENOSPC: [^()]*\); check that the disk is not full$/,
      );
      assert.equal(error.exitCode, 1);
      return true;
    });
  });
}

test("says what is wrong: half a Kafka, no texts, nobody there, a log folder that is a file", async () => {
  const server = createServer((_request, response) => void response.end('{"files":[]}')).listen(0, "127.0.0.1");
  await once(server, "listening");
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(root, "file");
  await writeFile(file, "");
  const refused: readonly (readonly [ProduceOptions, string, RegExp])[] = [
    [{ source, broker: "127.0.0.1:1" }, "USAGE", /belong together/],
    [{ source, topic: "chunks" }, "USAGE", /belong together/],
    [{ source, agents: 0 }, "USAGE", /1 agent or more/],
    [{ source }, "NO_TEXTS", /no texts; put some/],
    [{ source: "http://127.0.0.1:6000" }, "USAGE", /port 6000 is one that HTTP clients refuse/],
  ];
  for (const [options, code, message] of refused) {
    await assert.rejects(
      produce(options),
      (error) => isStreambookError(error) && error.code === code && message.test(error.message),
    );
  }
  server.close();
  await assert.rejects(
    logOf({ "a.txt": "a" }, { logFolder: file }),
    (error) => isStreambookError(error, "LOG_FAILED") && /may be written/.test(error.message),
  );
});
