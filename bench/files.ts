/** `npm run bench -- files`: a question to Hive over the many files that the consumer has made of a large topic, before and after compaction. */
import { formatCount } from "../lib/src/format/index.ts";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { openHive } from "../lib/src/hive/index.ts";
import { ensureTopic } from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { askBeforeAndAfter } from "./compaction.ts";
import { cleanUp, inProcess } from "./in-process.ts";
import { sendRepeated } from "./messages.ts";

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function filesBench({ messages = 3_000_000 } = {}, signal?: AbortSignal): Promise<void> {
  const at = await addresses();
  const stamp = Date.now();
  const [topic, table] = [`bench-${stamp}`, `bench_${stamp}`];
  try {
    await ensureTopic({ broker: at.kafka, topic, partitions: 4 });
    await sendRepeated({ broker: at.kafka, topic, to: messages }, signal);
    const { seconds } = await inProcess<{ seconds: number }>(
      "consumer-process.ts",
      { topic, table, stem: false },
      signal,
    );
    console.log(
      `${formatCount(messages)} messages, stored in ${seconds.toFixed(1)} s: ${formatCount(Math.round(messages / seconds))} a second`,
    );
    await using hive = await openHive({ address: at.hive, signal });
    await askBeforeAndAfter(hive, new Hdfs({ address: at.webhdfs, signal }), table);
  } finally {
    await cleanUp([table], [topic]);
  }
}
