/** The adversary's tools: what it reads of Kafka's protocol, what passes its proxies, how it judges, and its picture. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { Arena } from "./arena.ts";
import { killAt, withMessages } from "./faults.ts";
import { startHdfsProxy } from "./hdfs-proxy.ts";
import { isExact, judge, ranges } from "./judge.ts";
import { messagesIn } from "./kafka-fetch.ts";
import { leaveGroup, memberIn, readRequest, withPlaces } from "./kafka-wire.ts";
import { failurePage, verdict } from "./picture.ts";
import { Random } from "../random/index.ts";
import { calm, kindsOf, scenariosFor } from "./scenarios.ts";
import { type Outcome, outcomeOf, scoreOf } from "./score.ts";
import { bringsMessages, type Step } from "./steps.ts";

/** Bytes as the protocol has them: numbers as `[bits, value]`, texts with their length. */
function bytes(...parts: readonly (string | readonly [16 | 32 | 64, number])[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.concat([bytes([16, Buffer.byteLength(part)]), Buffer.from(part)]);
      const [bits, value] = part;
      const buffer = Buffer.alloc(bits / 8);
      if (bits === 64) buffer.writeBigInt64BE(BigInt(value));
      else buffer.writeIntBE(value, 0, bits / 8);
      return buffer;
    }),
  );
}

const int32 = (value: number): Buffer => bytes([32, value]);
const place = { host: "127.0.0.1", port: 7777 };

test("an OffsetCommit is named with its positions", () => {
  const message = bytes(
    [16, 8],
    [16, 5],
    [32, 9],
    "client",
    "group",
    [32, 1],
    "member",
    [32, 1],
    "topic",
    [32, 2],
    [32, 0],
    [64, 40],
    "",
    [32, 2],
    [64, 38],
    "",
  );
  assert.deepEqual(readRequest(message), {
    key: 8,
    version: 5,
    correlation: 9,
    kind: "OffsetCommit",
    detail: "0: 40, 2: 38",
    group: undefined,
  });
});

test("answers name the proxy as the broker, and leave the rest", () => {
  const head = (key: number, version: number) => ({
    key,
    version,
    correlation: 1,
    kind: "",
    detail: "",
    group: undefined,
  });
  const metadata = (host: string, port: number): Buffer =>
    bytes([32, 1], [32, 0], [32, 1], [32, 5], host, [32, port], "rack", "cluster", [32, 5], [32, 0]);
  assert.deepEqual(
    withPlaces(metadata("kafka", 9092), head(3, 6), () => place),
    metadata("127.0.0.1", 7777),
  );
  const coordinator = (host: string, port: number): Buffer =>
    bytes([32, 1], [32, 0], [16, 0], "", [32, 5], host, [32, port]);
  assert.deepEqual(
    withPlaces(coordinator("kafka", 9092), head(10, 2), () => place),
    coordinator("127.0.0.1", 7777),
  );
  const versions = (highest: number): Buffer =>
    bytes([32, 1], [16, 0], [32, 2], [16, 3], [16, 0], [16, highest], [16, 0], [16, 3], [16, 12], [32, 0]);
  assert.deepEqual(
    withPlaces(versions(13), head(18, 2), () => place),
    versions(8),
  );
  assert.deepEqual(
    withPlaces(bytes([32, 1]), head(1, 11), () => place),
    bytes([32, 1]),
  );
});

test("a member is known by the answer to its JoinGroup, and taken out by its name", () => {
  const join = readRequest(bytes([16, 11], [16, 5], [32, 3], "client", "our group"));
  assert.equal(join.group, "our group");
  assert.equal(memberIn(bytes([32, 3], [32, 0], [16, 0], [32, 1], "protocol", "leader", "member-1"), join), "member-1");
  assert.match(leaveGroup("our group", "member-1").toString("latin1"), /our group.*member-1$/s);
});

/** An HDFS of one NameNode and one DataNode, at one port. */
async function fakeHdfs(): Promise<{ address: string; done: string[] }> {
  const done: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    done.push(`${request.method} ${url.pathname} ${url.searchParams.get("op")}`);
    if (url.searchParams.get("op") !== "CREATE" || url.searchParams.has("data"))
      return void response.writeHead(201).end("{}");
    const location = `http://${request.headers.host}${url.pathname}?op=CREATE&data=true&namenoderpcaddress=nn:8020`;
    if (url.searchParams.has("noredirect"))
      return void response.writeHead(200).end(JSON.stringify({ Location: location }));
    response.writeHead(307, { location }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, done };
}

test("what goes to a DataNode comes by the proxy, too, redirected or by its JSON", async () => {
  const hdfs = await fakeHdfs();
  const steps: Step[] = [];
  const watch = async (step: Step): Promise<"pass"> => (steps.push(step), "pass");
  const proxy = await startHdfsProxy(hdfs.address, 1, watch, () => true);
  try {
    const created = await fetch(`${proxy.address}/webhdfs/v1/a?op=CREATE`, { method: "PUT", body: "text" });
    assert.equal(created.status, 201);
    const answer = await fetch(`${proxy.address}/webhdfs/v1/b?op=CREATE&noredirect=true`, { method: "PUT" });
    const { Location } = (await answer.json()) as { Location: string };
    assert.ok(Location.startsWith(`${proxy.address}/storage/`) && Location.endsWith("namenoderpcaddress=nn:8020"));
  } finally {
    await proxy.close();
  }
  assert.deepEqual(
    steps.map(({ kind, phase, detail }) => `${kind} ${phase} ${detail}`),
    [
      "CREATE request /a",
      "CREATE answer /a",
      "CREATE bytes request /a",
      "CREATE bytes answer /a",
      "CREATE request /b",
      "CREATE answer /b",
    ],
  );
});

test("a request that is cut is not done, an answer that is cut is of something done", async () => {
  const hdfs = await fakeHdfs();
  for (const [phase, done] of [
    ["request", 0],
    ["answer", 1],
  ] as const) {
    hdfs.done.length = 0;
    const proxy = await startHdfsProxy(
      hdfs.address,
      1,
      async (step) => (step.phase === phase ? "cut" : "pass"),
      () => true,
    );
    await assert.rejects(fetch(`${proxy.address}/webhdfs/v1/a?op=RENAME&destination=/b`, { method: "PUT" }));
    await proxy.close();
    assert.equal(hdfs.done.length, done, phase);
  }
  const away = await startHdfsProxy(
    hdfs.address,
    1,
    async () => "pass",
    () => false,
  );
  await assert.rejects(fetch(away.address));
  await away.close();
});

test("lost, doubled and strange lines are told apart", () => {
  const finding = judge(
    new Map([
      ["one", ["a", "b"]],
      ["two", ["b", "x"]],
    ]),
    ["a", "b", "c"],
  );
  assert.deepEqual(finding, {
    sent: 3,
    lost: [2],
    doubled: [{ message: 1, files: ["one", "two"] }],
    strange: ["x"],
    files: 2,
  });
  assert.ok(!isExact(finding) && isExact(judge(new Map([["one", ["b", "a"]]]), ["a", "b"])));
  assert.equal(judge(new Map([["one", ["a", "a"]]]), ["a"]).doubled.length, 1, "twice in one file is twice");
  assert.equal(ranges([1, 2, 3, 7, 9, 10]), "1–3, 7, 9–10");
  assert.equal(
    verdict({ finding, harm: "struck" }),
    "1 of 3 messages is lost: number 2. 1 is stored more than once: number 1. 1 line is no message that was sent, such as x",
  );
});

test("the picture shows every start, every step and every fault, and says nothing unescaped", () => {
  const step = { service: "HDFS" as const, kind: "RENAME", detail: "/<a>", phase: "request" as const, run: 1 };
  const page = failurePage({
    name: "kill",
    title: "killed <here>",
    points: 1,
    outcome: "failed",
    harm: "struck",
    seconds: 3,
    said: "Error: <b>",
    finding: judge(new Map(), ["a"]),
    happenings: [
      { second: 0, kind: "started", run: 1, text: "start 1" },
      { second: 1, kind: "step", run: 1, text: "RENAME", step },
      { second: 1.1, kind: "fault", run: 1, text: "killed before RENAME" },
      { second: 1.2, kind: "ended", run: 1, text: "killed" },
      { second: 1.3, kind: "started", run: 2, text: "start 2" },
      { second: 3, kind: "step", run: 2, text: "RENAME", step: { ...step, run: 2, phase: "answer" } },
    ],
  });
  for (const text of ["start 2", "killed before RENAME", "1 of 1 message is lost", "/&lt;a&gt;", "Error: &lt;b&gt;"])
    assert.ok(page.includes(text), text);
  assert.doesNotMatch(page, /<here>|<script|https?:/);
});

const step = (service: Step["service"], kind: string, more: Partial<Step> = {}): Step => ({
  service,
  kind,
  detail: "",
  phase: "request",
  run: 1,
  ...more,
});
const given = (run: number): Step => step("Kafka", "Fetch", { phase: "answer", messages: 3, run });

test("every kind of work with messages in hand gets a scenario, and all points together are 100", () => {
  const seen = [
    step("Kafka", "OffsetFetch"),
    step("HDFS", "MKDIRS"),
    step("Kafka", "Fetch"),
    given(1),
    step("Kafka", "Metadata"),
    step("HDFS", "CREATE"),
    step("HDFS", "CREATE"),
    step("HDFS", "RENAME"),
    step("Kafka", "Fetch"),
    step("HDFS", "DELETE", { run: 2 }),
  ];
  assert.deepEqual(
    kindsOf(seen).map(({ kind, seen }) => `${kind} ${seen}`),
    ["CREATE 2", "RENAME 1", "Fetch 1"],
  );
  const scenarios = [calm(), ...scenariosFor(seen, new Random(1))];
  assert.deepEqual(
    scenarios.map(({ name }) => name),
    [
      "calm",
      "kill at HDFS CREATE",
      "kill at HDFS RENAME",
      "kill at Kafka Fetch",
      "random kills",
      "kills at the start",
      "lost answers",
      "freeze",
      "Kafka away",
      "HDFS away",
    ],
  );
  assert.ok(Math.abs(scenarios.reduce((sum, { points }) => sum + points, 0) - 100) < 1e-6);
});

test("a scenario gives all of its points or none, and only when its fault struck", () => {
  const exact = judge(new Map([["one", ["a"]]]), ["a"]);
  const lost = judge(new Map(), ["a"]);
  const doubled = judge(new Map([["one", ["a", "a"]]]), ["a"]);
  assert.equal(outcomeOf(exact, "struck"), "passed");
  assert.equal(outcomeOf(exact, "missed"), "missed");
  assert.equal(outcomeOf(exact, "not taken over"), "failed");
  for (const finding of [lost, doubled]) assert.equal(outcomeOf(finding, "struck"), "failed");

  const calm = { points: 4, outcome: "passed" } as const;
  const kill = (outcome: Outcome) => ({ points: 22, isShared: true, outcome });
  const freeze = (outcome: Outcome) => ({ points: 12, outcome });
  assert.equal(scoreOf([calm, kill("passed"), kill("failed"), freeze("passed")]), 38);
  assert.equal(scoreOf([calm, kill("passed"), kill("missed"), freeze("passed")]), 60, "the other kill has its points");
  assert.equal(scoreOf([calm, kill("missed"), kill("missed"), freeze("missed")]), 4, "nothing is proved");
});

/** Stands for an arena whose program takes the steps that are given to it. */
function arenaOf(run: number): { arena: Arena; killed: string[]; take: (step: Step) => Promise<string> } {
  const killed: string[] = [];
  const had = new Set<number>();
  const arena = {
    watch: async () => "pass",
    program: { run },
    hasMessages: (of: number) => had.has(of),
    kill: async (why: string) => void killed.push(why),
  } as unknown as Arena;
  const take = async (one: Step): Promise<string> => {
    const decision = await arena.watch(one);
    if (bringsMessages(one)) had.add(one.run);
    return decision;
  };
  return { arena, killed, take };
}

test("a kill waits until the program has been given messages, and passes over fetches that bring none", async () => {
  const { arena, killed, take } = arenaOf(2);
  const isMeant = withMessages(arena, ({ phase }) => phase === "answer");
  const struck = killAt(arena, { isMeant, count: 2 }, ({ kind }) => kind);
  const answer = (kind: string): Step => step("HDFS", kind, { phase: "answer", run: 2 });
  assert.equal(await take(answer("MKDIRS")), "pass", "it has nothing yet");
  assert.equal(await take(given(1)), "pass", "that was another start");
  assert.equal(await take(given(2)), "pass");
  assert.equal(await take(step("Kafka", "Fetch", { phase: "answer", messages: 0, run: 2 })), "pass", "nothing came");
  assert.equal(await take(answer("CREATE")), "pass", "the first of two");
  assert.equal(await take(step("HDFS", "RENAME", { run: 2 })), "pass", "a request");
  assert.equal(await take(answer("RENAME")), "cut");
  assert.equal(await struck, true);
  assert.deepEqual(killed, ["RENAME"]);
});

test("the messages of a Fetch are counted, whatever its version", () => {
  const batch = (records: number): Buffer => {
    const whole = Buffer.alloc(61);
    whole.writeInt32BE(whole.length - 12, 8);
    whole.writeInt32BE(records, 57);
    return whole;
  };
  const records = Buffer.concat([batch(3), batch(4), batch(9).subarray(0, 30)]); // the last is cut off
  for (const version of [4, 5, 7, 11]) {
    const partition = (bytes: Buffer): Buffer =>
      Buffer.concat([
        Buffer.alloc(4 + 2 + 8 + 8 + (version >= 5 ? 8 : 0)),
        int32(-1), // no aborted transactions
        Buffer.alloc(version >= 11 ? 4 : 0),
        int32(bytes.length),
        bytes,
      ]);
    const answer = Buffer.concat([
      Buffer.alloc(8 + (version >= 7 ? 6 : 0)),
      int32(1),
      bytes("topic"),
      int32(2),
      partition(records),
      partition(Buffer.alloc(0)),
    ]);
    const head = { key: 1, version, correlation: 0, kind: "Fetch", detail: "", group: undefined };
    assert.equal(messagesIn(answer, head), 7, `version ${version}`);
    assert.equal(messagesIn(answer, { ...head, key: 3 }), 0);
  }
});
