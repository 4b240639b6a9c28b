/** Labels on Spark's executors against those of this process: the same model, the same messages, the same clusters. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, suite, test } from "node:test";
import { Hdfs } from "../../hdfs/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../../kafka/index.ts";
import { silentLogger } from "../../log/index.ts";
import { Random } from "../../random/index.ts";
import { openSpark } from "../../spark/index.ts";
import { addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { TermCounter } from "../../text/index.ts";
import { ModelStore } from "../consume/models.ts";
import { Labeller } from "../consume/labeller.ts";
import { TextMarker } from "../consume/text-marker.ts";
import { hdfsFolders } from "../folders.ts";
import { FrozenLabeller } from "./frozen-labeller.ts";
import { labelTopic } from "./label.ts";

const SUBJECTS = [
  "sea wave harbour lighthouse storm sail",
  "bread flour oven yeast crust baker",
  "bishop rook pawn king check queen",
];
const [STREAMS, CHUNKS] = [60, 25];

suite("the topic labelled on Spark's executors", await needs("spark"), () => {
  const name = `label-test-${randomUUID().slice(0, 8)}`;
  after(async () => {
    const at = await addresses();
    await deleteTopics({ broker: at.kafka, topics: [name] });
    await new Hdfs({ address: at.webhdfs }).remove(`${hdfsFolders.models}/${name}`, { recursive: true });
  });

  test("every chunk gets the cluster that the same model gives it in this process", async () => {
    const at = await addresses();
    const messages = chunks();
    await ensureTopic({ broker: at.kafka, topic: name, partitions: 2 });
    {
      await using producer = await BatchingProducer.open({ broker: at.kafka });
      for (const message of messages)
        await producer.send({ topic: name, key: message.stream_id, value: JSON.stringify(message) });
      await producer.send({ topic: name, key: "x", value: "no chunk" });
      await producer.flush();
    }
    // The model learns here, is kept on HDFS, and is read again.
    const hdfs = new Hdfs({ address: at.webhdfs });
    const labeller = new Labeller({ clusters: 3, warmUp: 100, windowWords: 30, name: "test" });
    learn(labeller, messages);
    await new ModelStore(hdfs, name, silentLogger).save(labeller, { final: true });
    const model = await new ModelStore(hdfs, name, silentLogger).load();
    assert.ok(model !== undefined && model.model.updates > 0);

    await using spark = await openSpark({ address: at.spark! });
    const labels = await labelTopic(spark, { broker: at.kafka, topic: name, model });
    const values = spark.read({
      format: "kafka",
      options: { "kafka.bootstrap.servers": at.kafka, subscribe: name, startingOffsets: "earliest" },
    });
    const read = await spark.query`
      SELECT m.partition, m.offset, CAST(m.value AS STRING) AS value, l.cluster, l.model_version
      FROM ${values} AS m LEFT JOIN ${labels} AS l ON m.partition = l.kafka_partition AND m.offset = l.kafka_offset ORDER BY m.partition, m.offset`
      .as({ partition: "int", offset: "bigint", value: "string", cluster: "int?", model_version: "string?" })
      .collect();
    assert.equal(read.length, STREAMS * CHUNKS + 1);

    const frozen = new FrozenLabeller(model);
    const terms = new TermCounter({ features: model.features });
    for (const { value, cluster, model_version } of read) {
      if (value === "no chunk") {
        assert.deepEqual([cluster, model_version], [null, null]);
        continue;
      }
      const { stream_id, chunk, is_last } = JSON.parse(value) as Chunk;
      assert.deepEqual(
        [cluster, model_version],
        [frozen.label(stream_id, terms.count(chunk), is_last), frozen.version],
      );
    }
    assert.equal(new Set(read.map(({ cluster }) => cluster)).size, 4, "three clusters, and none");
  });
});

type Chunk = ReturnType<typeof chunks>[number];

/** Streams of three subjects, their chunks shuffled among one another, each stream in its order. */
function chunks() {
  const random = new Random(11);
  const next = Array.from({ length: STREAMS }, () => 0);
  return Array.from({ length: STREAMS * CHUNKS }, () => {
    let stream = random.below(STREAMS);
    while (next[stream] === CHUNKS) stream = (stream + 1) % STREAMS;
    const seq = next[stream] ?? 0;
    next[stream] = seq + 1;
    const words = SUBJECTS[stream % 3]!.split(" ");
    const chunk = Array.from({ length: 8 }, () => words[random.below(words.length)]).join(" ");
    return { stream_id: `s${stream}`, seq, chunk, is_last: seq === CHUNKS - 1 };
  });
}

/** Lets a labeller see the chunks, as one batch of one partition. */
function learn(labeller: Labeller, messages: readonly Chunk[]): void {
  const marker = new TextMarker();
  marker.begin(messages.length);
  for (const message of messages) marker.mark(message);
  const offsets = Uint32Array.from(messages.keys());
  const parsed = { rows: messages.length, marks: marker.end(), offsets };
  labeller.push({ partition: 0, firstOffset: 0n, nextOffset: BigInt(messages.length), parsed } as never);
}
