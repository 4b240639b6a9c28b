import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { absentPartners, endsQuorum, quorumPartners, toldOfPartners } from "./partners.ts";

const cases: readonly (readonly [stored: readonly string[], started: readonly string[], said: RegExp | undefined])[] = [
  [[], ["cassandra"], undefined],
  [["cassandra"], ["cassandra"], undefined],
  [["cassandra", "cassandra-2"], ["cassandra", "cassandra-2"], undefined],
  [["cassandra", "cassandra-2"], ["kafka"], undefined],
  [
    ["cassandra", "cassandra-2"],
    ["cassandra"],
    /^Cassandra 2 has joined and is not started: .* until cassandra-2 is up$/,
  ],
  [
    ["cassandra", "cassandra-2", "cassandra-3"],
    ["kafka", "cassandra"],
    /^Cassandra 2 and Cassandra 3 have joined and are not started: .* until cassandra-2 and cassandra-3 are up$/,
  ],
];

for (const [stored, started, said] of cases) {
  const what = `${started.join(" and ")} started where ${stored.join(", ") || "nothing"} has stored`;
  test(`${what}: ${said === undefined ? "nothing to say" : "says what is out of reach"}`, async () => {
    const data = await mkdtemp(join(tmpdir(), "streambook-partners-"));
    try {
      for (const name of stored) await mkdir(join(data, name));
      const text = await absentPartners({ data }, started);
      if (said === undefined) assert.equal(text, undefined);
      else assert.match(text ?? "", said);
    } finally {
      await rm(data, { recursive: true });
    }
  });
}

test("what decides by majority starts with all that have joined it, and alone where none has", async () => {
  const data = await mkdtemp(join(tmpdir(), "streambook-partners-"));
  try {
    for (const name of ["kafka", "kafka-3", "cassandra", "cassandra-2"]) await mkdir(join(data, name));
    assert.deepEqual(await quorumPartners({ data }, ["kafka", "cassandra"]), ["kafka-3"]);
    assert.deepEqual(await quorumPartners({ data }, ["cassandra"]), []);
    assert.deepEqual(await quorumPartners({ data: join(data, "none") }, ["kafka"]), []);
  } finally {
    await rm(data, { recursive: true });
  }
});

const brokers = ["kafka", "kafka-2", "kafka-3"];
const growth: readonly (readonly [running: string[], joined: string[], told: string[]])[] = [
  [[], [], []],
  [["kafka"], [], ["kafka"]],
  [["kafka"], ["kafka-2", "kafka-3"], []],
  [["kafka", "kafka-2"], ["kafka-2"], ["kafka-2", "kafka"]],
  [["kafka", "kafka-2", "kafka-3"], ["kafka-2", "kafka-3"], []],
];
for (const [running, joined, told] of growth)
  test(`three brokers wanted where ${running.join() || "none"} ran: ${told.join() || "none"} starts again to know the others`, () => {
    assert.deepEqual(toldOfPartners(brokers, new Set(running), joined), told);
  });

test("a majority ends with the second of three, and one that is alone or of another kind has none to lose", () => {
  assert.equal(endsQuorum("kafka", brokers, ["kafka-2"]), false);
  assert.equal(endsQuorum("kafka", brokers, ["kafka-2", "kafka-3"]), true);
  assert.equal(endsQuorum("kafka", brokers, brokers), true);
  assert.equal(endsQuorum("kafka", ["kafka"], ["kafka"]), false);
  assert.equal(endsQuorum("cassandra", ["cassandra", "cassandra-2", "cassandra-3"], ["cassandra"]), false);
});
