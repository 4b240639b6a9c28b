import assert from "node:assert/strict";
import { test } from "node:test";
import { externalAddresses, hostOf } from "./addresses.ts";
import { down } from "./commands/down.ts";
import { reset } from "./commands/reset.ts";
import { isHealthy, status } from "./commands/status.ts";
import { up } from "./commands/up.ts";
import { clientTopology } from "./external.ts";
import { addressesOf } from "./place.ts";

/** Nobody listens at port 9 of loopback, and the home is nobody's: what runs here besides is not ended by a test. */
const environment = {
  STREAMBOOK_HOME: "/nowhere",
  STREAMBOOK_STACK: "external",
  STREAMBOOK_WAIT: "1",
  STREAMBOOK_KAFKA: "127.0.0.1:9",
  STREAMBOOK_WEBHDFS: "http://127.0.0.1:9",
  STREAMBOOK_HDFS: "hdfs://127.0.0.1:9",
  STREAMBOOK_RESOURCE_MANAGER: "http://127.0.0.1:9",
  STREAMBOOK_JOB_HISTORY: "http://127.0.0.1:9",
  STREAMBOOK_HIVE: "127.0.0.1:9",
};

test("an external service that does not answer is named, with the address tried", async () => {
  await assert.rejects(up({ environment, services: ["kafka"] }), {
    code: "UNREACHABLE",
    message: /Kafka does not answer at 127\.0\.0\.1:9/,
  });
});

test("what somebody else has started is neither ended nor removed", async () => {
  await assert.rejects(down({ environment }), { code: "USAGE", message: /`down` leaves them alone/ });
  await assert.rejects(reset({ environment }), { code: "USAGE", message: /`reset` leaves them alone/ });
});

test("status asks each external service", async () => {
  const services = await status({ environment });
  assert.ok(services.every(({ state }) => state === "unreachable"));
  assert.equal(isHealthy(services), false);
});

test("an address that is missing is named", async () => {
  const { STREAMBOOK_HIVE: _, ...rest } = environment;
  await assert.rejects(up({ environment: rest }), { code: "USAGE", message: /STREAMBOOK_HIVE is not set/ });
});

test("a port alone is one of the host where the stack has that service", () => {
  const elsewhere = { ...environment, STREAMBOOK_KAFKA: "broker.example:9092", STREAMBOOK_HIVE: "[::1]:10000" };
  assert.equal(hostOf("kafka", elsewhere), "broker.example");
  assert.equal(hostOf("hive", elsewhere), "[::1]");
  const { STREAMBOOK_KAFKA } = elsewhere;
  assert.equal(hostOf("kafka", { STREAMBOOK_KAFKA }), "broker.example", "its address is set");
  assert.equal(hostOf("hive", { STREAMBOOK_KAFKA: "broker.example:9092" }), "127.0.0.1", "and Hive's is not");
  assert.throws(() => hostOf("kafka", { STREAMBOOK_STACK: "external" }), { message: /STREAMBOOK_KAFKA is not set/ });
});

test("a service whose address is set is used where it is; the others are the course's own", async () => {
  const mixed = { STREAMBOOK_KAFKA: "127.0.0.1:9", STREAMBOOK_HOME: "/nowhere" };
  const services = await status({ environment: mixed });
  assert.deepEqual(
    services.filter(({ state }) => state !== "stopped").map(({ name, state }) => [name, state]),
    [["kafka", "unreachable"]],
  );
  await assert.rejects(up({ environment: { ...mixed, STREAMBOOK_WAIT: "1" }, services: ["kafka"] }), {
    code: "UNREACHABLE",
  });
});

test("of a Kafka elsewhere several brokers may be named; each is one of its instances", () => {
  const STREAMBOOK_KAFKA = "a.example:9092, b.example:9095";
  const { kafka } = externalAddresses({ STREAMBOOK_KAFKA });
  assert.equal(kafka, "a.example:9092,b.example:9095");
  assert.equal(hostOf("kafka", { STREAMBOOK_KAFKA }), "a.example", "a port alone is one of the first");
  const topology = clientTopology({ STREAMBOOK_KAFKA });
  assert.deepEqual([topology.hosts["kafka-2"], topology.ports["kafka-2"]?.["broker"]], ["b.example", 9095]);
  assert.deepEqual([...topology.running], ["kafka", "kafka-2"]);
  assert.equal(addressesOf(topology).kafka, kafka);
});

test("a service with several addresses has all of them elsewhere, or none", async () => {
  const half = { STREAMBOOK_WEBHDFS: "http://127.0.0.1:9", STREAMBOOK_HOME: "/nowhere" };
  await assert.rejects(status({ environment: half }), { code: "USAGE", message: /STREAMBOOK_HDFS is not set/ });
});

test("what is no address is refused by the name of its variable", async () => {
  const wrong = {
    STREAMBOOK_KAFKA: ["kafka", "http://kafka:9092", "9092", "kafka:9092,"],
    STREAMBOOK_METASTORE: ["host:9083", "thrift://host"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const environment = { [name]: value, STREAMBOOK_HOME: "/nowhere" };
      await assert.rejects(status({ environment }), {
        code: "USAGE",
        message: new RegExp(`^${name} is "${value}"; give`),
      });
    }
  }
});
