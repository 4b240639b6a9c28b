/** A stream on a running Spark, watched: the figures are those that Spark gives to its own client. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { until } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { openSpark } from "../spark/index.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { addresses } from "../stack/index.ts";
import { startWatchServer, Watch } from "./index.ts";
import { partsOf } from "./show/page.ts";

suite("a stream on Spark, watched", await needs("spark"), () => {
  test("has the rates and the duration of a batch that Spark says, in /metrics and on the page, for as long as it runs", async (t) => {
    const { spark: address = "", hdfs, webhdfs } = await addresses();
    const name = `watched_${randomUUID().replaceAll("-", "")}`;
    const [spark, files] = [await openSpark({ address }), new Hdfs({ address: webhdfs })];
    await using watch = Watch.open();
    await using server = await startWatchServer({ watch, port: 0 });
    try {
      const numbers = spark.readStream({ format: "rate", options: { rowsPerSecond: "40" } });
      const query = await numbers.writeStream({
        ...{ name, format: "noop", trigger: { every: "2 seconds" }, checkpoint: `${hdfs}/tmp/${name}` },
      });
      const streamNow = () => watch.snapshot().spark?.streams.find((one) => one.query === name);
      const seen = await until(
        "the watch to see a batch with rows",
        async () => {
          const stream = streamNow();
          return (stream?.inputPerSecond ?? 0) > 0 && stream;
        },
        { timeout: 90_000 },
      );
      const said = (await query.progress()).map((one) => ({
        query: name,
        batch: (one.durationMs["triggerExecution"] ?? 0) / 1000,
        inputPerSecond: one.inputRowsPerSecond,
        processingPerSecond: one.processedRowsPerSecond,
      }));
      t.diagnostic(JSON.stringify(seen));
      assert.ok(
        said.some((one) => JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(seen).sort())),
        `${JSON.stringify(seen)} is none of ${JSON.stringify(said)}`,
      );
      const text = await (await fetch(`${server.url}/metrics`)).text();
      for (const start of ["stream_rows", "batch_duration_seconds"])
        assert.match(text, new RegExp(`^streambook_spark_${start}\\{query="${name}".*\\} [\\d.e-]+$`, "m"));
      assert.match(partsOf(watch.snapshot()).clusters, new RegExp(`${name}</dt><dd>[\\d.,]+/s, last batch`));

      await query.stop();
      await until("the watch to forget the stream", () => streamNow() === undefined, { timeout: 60_000 });
    } finally {
      await spark.close();
      await files.remove(`/tmp/${name}`, { recursive: true });
      files.close();
    }
  });
});
