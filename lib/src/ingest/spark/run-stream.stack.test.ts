/** Who has a stream when another process takes it over: on the real Kafka and HDFS, with sessions that open and end when the test says so. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { silentLogger } from "../../log/index.ts";
import type { SparkSession, StreamingQuery, StreamProgress } from "../../spark/index.ts";
import { addresses } from "../../stack/index.ts";
import { ServiceRetry } from "../service-retry.ts";
import { type FollowedStream, runStream } from "./run-stream.ts";
import { StreamFolder } from "./stream-folder.ts";

/** A Spark of which only the sessions' beginning and end matter: its queries run until their session has ended. */
class Sessions {
  readonly #open = new Map<string, AbortController>();
  readonly #opening: number;
  readonly #isQuiet: boolean;

  /**
   * @param opening how long it takes to open a session, in milliseconds
   * @param isQuiet whether a query ends without a word when its session does
   */
  constructor(opening: number, isQuiet: boolean) {
    this.#opening = opening;
    this.#isQuiet = isQuiet;
  }

  readonly open = async (): Promise<SparkSession> => {
    await delay(this.#opening);
    const id = randomUUID();
    this.#open.set(id, new AbortController());
    return { id, [Symbol.asyncDispose]: () => this.end(id) } as unknown as SparkSession;
  };

  readonly end = (id: string): Promise<void> => {
    this.#open.get(id)?.abort();
    return Promise.resolve();
  };

  /** A stream that says when it runs. */
  stream(onStart: () => void): FollowedStream {
    const start = (spark: SparkSession): Promise<StreamingQuery> => {
      const { signal } = this.#open.get(spark.id)!;
      const isQuiet = this.#isQuiet;
      onStart();
      async function* batches({ signal: stopping }: { signal: AbortSignal }): AsyncGenerator<StreamProgress> {
        await once(signal, "abort", { signal: stopping });
        if (!isQuiet) throw new StreambookError("SPARK_SESSION_LOST", "the session has ended");
        yield* [];
      }
      const nothing = (): Promise<void> => Promise.resolve();
      return Promise.resolve({ batches, stop: nothing, [Symbol.asyncDispose]: nothing } as unknown as StreamingQuery);
    };
    return { start, onBatch: () => undefined, publish: () => Promise.resolve() };
  }
}

const cases: readonly (readonly [opening: number, isQuiet: boolean])[] = [
  [0, false],
  [700, false],
  [0, true],
];
for (const [opening, isQuiet] of cases) {
  const how = `a session opens in ${opening} ms, and its query ends ${isQuiet ? "without a word" : "with an error"}`;
  test(`the newer one has the stream, where ${how}`, { timeout: 60_000 }, async () => {
    const { kafka: broker, webhdfs } = await addresses();
    const hdfs = new Hdfs({ address: webhdfs });
    const root = `/tmp/run-stream-${randomUUID()}`;
    const folder = new StreamFolder({ hdfs, topic: "none", table: "none", folder: root, target: `${root}/target` });
    const sessions = new Sessions(opening, isQuiet);
    const stopping = new AbortController();
    using services = new ServiceRetry({ stopping: stopping.signal, logger: silentLogger });
    const run = (onStart: () => void): Promise<void> =>
      runStream(sessions.stream(onStart), {
        ...{ sessions, broker, folder, services, title: "the table none", logger: silentLogger },
        stopping: stopping.signal,
      });
    try {
      const starts = { first: 0, second: 0 };
      const begun = Promise.withResolvers<void>();
      const first = run(() => (starts.first++, begun.resolve()));
      await begun.promise;
      const again = Promise.withResolvers<void>();
      const second = run(() => (starts.second++, again.resolve()));
      await assert.rejects(first, {
        code: "PARTITION_LOST",
        message: /another consumer has taken over the table none/,
      });
      await again.promise;
      await delay(300);
      assert.deepEqual(starts, { first: 1, second: 1 });
      stopping.abort(new DOMException("enough", "AbortError"));
      await second;
    } finally {
      stopping.abort();
      await hdfs.remove(root, { recursive: true });
    }
  });
}
