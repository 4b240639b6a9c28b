/** A lakehouse of its own on the running services, for the tests of the case. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { deadLetterTopic, deleteTopics } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import { take } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import { ingestBronze } from "./bronze/ingest.ts";
import { bronzeSums } from "./bronze/read.ts";
import { removeLakeBuckets } from "./buckets.ts";
import { tweets } from "./generate/generate.ts";
import { refreshGold } from "./gold/refresh.ts";
import { lakeNames, PARTITIONS, tweetSchema } from "./names.ts";
import { plainLake } from "./plain/lake.ts";
import { askTrino } from "./serve/answers.ts";
import { lakeComparisons } from "./serve/compare.ts";
import { forgetTables, makeViews } from "./serve/views.ts";
import { openLakeEngine, openLakeSql, openLakeStore } from "./services.ts";
import { refreshSilver, type SilverOptions } from "./silver/refresh.ts";
import { silverSums } from "./silver/sums.ts";

/**
 * Opens a lakehouse that is empty, and goes when it is closed.
 *
 * @param suffix of its names. By default nobody else has it; Trino knows the topics of lessons only, as that of `nb12`
 */
export async function lakeForTest(suffix = randomUUID().slice(0, 8)) {
  const at = await addresses();
  const names = lakeNames(suffix);
  const [spark, s3, trino] = [await openLakeEngine(at), await openLakeStore(at), await openLakeSql(at)];
  const messages = function* (count: number) {
    for (const tweet of take(tweets(), count)) yield { ...tweet, topic: names.topic };
  };
  const remove = async (): Promise<void> => {
    await forgetTables(trino, names);
    await removeLakeBuckets(s3, names);
    await deleteTopics({ broker: at.kafka, topics: [names.topic, deadLetterTopic(names.topic)] });
  };
  await remove();
  return {
    names,
    spark,
    s3,
    trino,
    messages,
    /** Sends the first so many messages of all, those that are not there yet. */
    send: (count: number) =>
      sendEvents({
        broker: at.kafka,
        topics: [{ topic: names.topic, partitions: PARTITIONS }],
        events: messages(count),
      }),
    ingest: () => ingestBronze({ addresses: at, names, once: true }),
    refreshSilver: (options: Partial<SilverOptions> = {}) => refreshSilver({ spark, s3, names, ...options }),
    refreshGold: () => refreshGold({ spark, s3, names }),
    /** Asks every store, and compares with the plain answer to the first so many messages. */
    async prove(count: number) {
      await makeViews(trino, names);
      const plain = plainLake(messages(count), await tweetSchema());
      const bronze = await bronzeSums({ spark, s3 }, names);
      const silver = await silverSums(spark, names);
      const all = lakeComparisons(plain, { bronze, silver, ...(await askTrino(trino, names)) });
      assert.deepEqual(
        all.filter(({ different }) => different > 0),
        [],
      );
      assert.ok(all.every(({ compared }) => compared > 0));
      return plain;
    },
    async [Symbol.asyncDispose]() {
      await remove();
      await spark.close();
      s3.close();
    },
  };
}

export type LakeForTest = Awaited<ReturnType<typeof lakeForTest>>;
