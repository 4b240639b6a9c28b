import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import type { StreambookError } from "../errors/index.ts";
import { explainAbsence, isLoadingGroup } from "./absence.ts";

const NOBODY = "127.0.0.1:1";
const lost = Object.assign(new Error("connect ECONNREFUSED"), { name: "KafkaJSConnectionError" });

test("of several brokers that are asked, one that answers shows that the others are missing", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const answers = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cases: readonly (readonly [broker: string, error: Error, code: string, message: RegExp])[] = [
      [answers, lost, "UNREACHABLE", /no Kafka broker answers at/],
      [`${NOBODY},127.0.0.1:2`, lost, "UNREACHABLE", /no Kafka broker answers at 127\.0\.0\.1:1, 127\.0\.0\.1:2/],
      [`${answers},${answers}`, lost, "UNREACHABLE", /no Kafka broker answers at/],
      [`${NOBODY},${answers}`, lost, "NOT_ENOUGH_REPLICAS", new RegExp(`too few .*only ${answers} answers`)],
      [
        `${answers},${answers}`,
        Object.assign(new Error("the replicas are late"), { type: "REQUEST_TIMED_OUT" }),
        "NOT_ENOUGH_REPLICAS",
        /the replicas are late/,
      ],
      [
        `${NOBODY},${answers}`,
        Object.assign(new Error("no leader"), { type: "LEADER_NOT_AVAILABLE" }),
        "NOT_ENOUGH_REPLICAS",
        /too few/,
      ],
      [`${NOBODY},${answers}`, Object.assign(new Error("no"), { type: "OTHER" }), "KAFKA_FAILED", /no/],
    ];
    for (const [broker, error, code, message] of cases) {
      const explained = (await explainAbsence(error, broker, "write")) as StreambookError;
      assert.equal(explained.code, code, broker);
      assert.match(explained.message, message);
    }
  } finally {
    server.close();
  }
});

test("a broker that loads a group is told from one that is away, also below what kafkajs gave up with", () => {
  const loading = Object.assign(new Error("The coordinator is loading"), { type: "GROUP_LOAD_IN_PROGRESS" });
  const retries = Object.assign(new Error("gave up", { cause: loading }), { name: "KafkaJSNumberOfRetriesExceeded" });
  for (const error of [loading, retries]) assert.equal(isLoadingGroup(error), true);
  for (const error of [lost, Object.assign(new Error("no leader"), { type: "LEADER_NOT_AVAILABLE" })])
    assert.equal(isLoadingGroup(error), false);
});
