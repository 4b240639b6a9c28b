/** A shop of its own on the running stack, for the tests of the case. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Hdfs } from "../../hdfs/index.ts";
import { openHive } from "../../hive/index.ts";
import { deadLetterTopic, deleteTopics } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import type { CaseEvent } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import type { Comparison } from "../report/compare-rows.ts";
import { type AskOptions, askHive, askSpark } from "./ask/ask.ts";
import { cleanHours, type CleanHoursOptions } from "./hours/batch.ts";
import { keepRaw } from "./hours/job.ts";
import { clicksNames, clicksSchemas, PARTITIONS } from "./names.ts";
import { clicksAnswer } from "./plain/expected.ts";
import { clicksComparisons } from "./run.ts";

/** Opens a shop whose names nobody else has; they go with it. */
export async function shopForTest() {
  const at = await addresses();
  const suffix = `_${randomUUID().slice(0, 8)}`;
  const names = clicksNames(suffix);
  const hdfs = new Hdfs({ address: at.webhdfs });
  /** All events that were sent, in order. */
  const sent: CaseEvent[] = [];
  return {
    at,
    names,
    hdfs,
    sent,
    async send(events: readonly CaseEvent[]) {
      sent.push(...events.map((event) => ({ ...event, topic: `${event.topic}${suffix}` })));
      await sendEvents({ broker: at.kafka, topics: names.topics, events: sent });
    },
    keep: () => keepRaw({ addresses: at, names }),
    clean: (options: Partial<CleanHoursOptions> = {}) => cleanHours({ addresses: at, names, ...options }),
    /** Asks Spark all questions, and compares with the plain answer to what was sent. */
    async prove(settings: AskOptions["settings"] = {}) {
      const plain = clicksAnswer(sent, await clicksSchemas(names), PARTITIONS);
      const answers = await askSpark({ table: names.table, address: at.spark ?? "", settings });
      demandEqual(clicksComparisons("Spark", plain, answers));
      return plain;
    },
    /** Asks Hive. */
    async proveByHive(settings: AskOptions["settings"] = {}) {
      const plain = clicksAnswer(sent, await clicksSchemas(names), PARTITIONS);
      demandEqual(clicksComparisons("Hive", plain, await askHive({ table: names.table, address: at.hive, settings })));
    },
    async [Symbol.asyncDispose]() {
      await using hive = await openHive({ address: at.hive });
      await hive.execute(`DROP TABLE IF EXISTS ${names.table}`);
      await hdfs.remove(names.folder, { recursive: true });
      hdfs.close();
      const all = names.topics.flatMap(({ topic }) => [topic, deadLetterTopic(topic)]);
      await deleteTopics({ broker: at.kafka, topics: all });
    },
  };
}

export type ShopForTest = Awaited<ReturnType<typeof shopForTest>>;

function demandEqual(all: readonly Comparison[]): void {
  assert.deepEqual(
    all.filter(({ different }) => different > 0),
    [],
  );
  assert.ok(all.every(({ compared }) => compared > 0));
}
