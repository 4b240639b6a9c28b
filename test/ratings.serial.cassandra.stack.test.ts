/**
 * The promise of the ratings, under fire: generator, job and Cassandra are killed at random moments, and every number of every table is the
 * plain answer's. `KILLS=20` kills so often, `VICTIM=cassandra`, `job` or `generator` nothing but that; `SEED` is that of the moments.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { retry, until } from "../lib/src/async/index.ts";
import { movieRatings, PlainAnswer, RATINGS_KEYSPACE, RATINGS_PARTITIONS, RATINGS_TOPIC, ratingSchema, ratingTables, take } from "../lib/src/cases/index.ts"; // prettier-ignore
import { Proof } from "../lib/src/cases/ratings/proof.ts";
import { RatingNames } from "../lib/src/cases/ratings/run-names.ts";
import type { CassandraSession } from "../lib/src/cassandra/index.ts";
import { losingProxy, openForTest } from "../lib/src/cassandra/session-for-test.ts";
import { deadLetterTopic, openConsumer } from "../lib/src/kafka/index.ts";
import { Random } from "../lib/src/random/index.ts";
import { addresses, credentials, projectFolder, status, up } from "../lib/src/stack/index.ts";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { inTurn, kills, only, seed } from "./fixtures/under-fire.ts";

const victims = only?.split(",") ?? ["job", "cassandra", "generator"];
const events = 6000 + 3000 * kills;
/** Many late, doubled and malformed ones. */
const shares = { late: 0.05, doubled: 0.02, malformed: 0.005 };

suite("ratings, each once", inTurn("ratings", await needs("kafka", "cassandra")), () => {
  let proxy: Awaited<ReturnType<typeof losingProxy>>;
  let cassandra: CassandraSession;
  let broker = "";
  const children = new Set<ChildProcess>();
  /** What they have said. */
  const said = new WeakMap<ChildProcess, string>();
  before(async () => {
    const at = await addresses();
    broker = at.kafka;
    proxy = await losingProxy(at.cassandra ?? ""); // Cassandra may come back on another port
    cassandra = await openForTest({ address: proxy.address });
    const tables = await ratingTables(await ratingSchema());
    await using _names = await RatingNames.take({ broker, cassandra, tables, replace: true });
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await cassandra.close();
    await proxy[Symbol.asyncDispose]();
  });

  const start = async (...command: readonly string[]): Promise<ChildProcess> => {
    const { password = "" } = await credentials("cassandra");
    const child = spawn(process.execPath, [join(projectFolder(), "lib/bin/streambook.mjs"), ...command], {
      cwd: projectFolder(),
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        ...{
          STREAMBOOK_CASSANDRA: proxy.address,
          STREAMBOOK_CASSANDRA_PASSWORD: password,
          NODE_TEST_CONTEXT: undefined,
        },
      },
    });
    children.add(child.once("exit", () => children.delete(child)));
    said.set(child, "");
    child.stderr.on("data", (part) => said.set(child, `${said.get(child)}${String(part)}`));
    return child;
  };
  const job = (...more: readonly string[]): Promise<ChildProcess> =>
    start("job", "ratings", "--interval", "0.7", "--most", "1500", ...more);
  const generator = (...rate: readonly string[]): Promise<ChildProcess> =>
    start("generate", "ratings", "--events", String(events), ...rate, ...flagsOf(shares));
  const endOf = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    assert.equal(child.exitCode, 0, said.get(child));
  };
  const killCassandra = async (): Promise<void> => {
    const { pid } = (await status()).find(({ name }) => name === "cassandra") ?? {};
    assert.ok(pid !== undefined, "Cassandra runs");
    process.kill(pid, "SIGKILL");
    await until("Cassandra to be gone", async () =>
      (await status()).some(({ name, state }) => name === "cassandra" && (state === "died" || state === "stopped")),
    );
    await up({ services: ["kafka", "cassandra"] });
    proxy.leadTo((await addresses()).cassandra ?? "");
  };
  /** Messages of which the tables say that they are written; after a kill the driver takes a moment to find Cassandra again. */
  const written = async (): Promise<number> => {
    const cql = `SELECT next_offset FROM ${RATINGS_KEYSPACE}.progress WHERE topic = ?`;
    const rows = await retry(() => cassandra.query(cql, [RATINGS_TOPIC]), { attempts: 20, maximumDelay: 2000 });
    return rows.reduce((sum, row) => sum + Number(row["next_offset"]), 0);
  };

  test(
    `killed ${kills} times (seed ${seed}), every number is the plain answer's`,
    { timeout: 30 * 60_000 },
    async (t) => {
      const random = new Random(seed);
      let [working, sending] = [await job(), await generator("--rate", "600")];
      for (let kill = 1; kill <= kills; kill++) {
        // Half of the kills come while they start, the others while they work.
        const before = await written();
        if (random.next() < 0.5)
          for (let wait = 0; wait < 20_000 && (await written()) === before; wait += 200) await delay(200);
        await delay(random.next() * 3000);
        const victim = random.pick(victims);
        if (victim === "cassandra") await killCassandra();
        else {
          const child = victim === "job" ? working : sending;
          child.kill("SIGKILL");
          if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
          if (victim === "job") working = await job();
          else sending = await generator("--rate", "600");
        }
        if (working.exitCode !== null) {
          // One that works waits for Cassandra; one that had not reached it yet says so.
          assert.match(
            said.get(working) ?? "",
            /no Cassandra answers at|Cassandra at \S+ (?:did not answer in time|broke)/,
          );
          working = await job();
        }
        t.diagnostic(`${kill}. ${victim} killed; ${await written()} of ${events} messages are written`);
      }
      sending.kill("SIGKILL");
      if (sending.exitCode === null && sending.signalCode === null) await once(sending, "exit");
      await endOf(await generator());
      working.kill("SIGINT");
      await endOf(working);
      await endOf(await job("--once"));

      const plain = new PlainAnswer(await ratingSchema(), RATINGS_PARTITIONS);
      const proof = new Proof(cassandra, seed);
      for (const hour of plain.hours(take(movieRatings(shares), events))) await proof.add(hour);
      await proof.finish();
      const [sums] = await cassandra.query(
        `SELECT sum(ratings) AS ratings, sum(late) AS late, sum(malformed) AS malformed FROM ${RATINGS_KEYSPACE}.progress WHERE topic = ?`,
        [RATINGS_TOPIC],
      );
      const { ratings, doubled, late, malformed } = plain.counts;
      proof.counts(
        "counts",
        { ratings: ratings + doubled, late, malformed },
        {
          ...{
            ratings: Number(sums?.["ratings"]),
            late: Number(sums?.["late"]),
            malformed: Number(sums?.["malformed"]),
          },
        },
      );
      t.diagnostic(`${ratings} ratings, ${doubled} doubled, ${late} late, ${malformed} malformed`);
      for (const { name, compared, different, examples } of proof.comparisons) {
        t.diagnostic(`${name}: ${compared} compared`);
        assert.ok(compared > 0, name);
        assert.deepEqual([different, examples], [0, []], name);
      }
      assert.equal(await differentLetters(broker), malformed, "every malformed message is put aside");
    },
  );
});

/** Of how many messages there are dead letters: one that was killed may have sent some twice. */
async function differentLetters(broker: string): Promise<number> {
  const places = new Set<string>();
  await using consumer = await openConsumer({
    ...{ broker, topic: deadLetterTopic(RATINGS_TOPIC), group: "letters-of-ratings", endOffsets: "once" },
    positions: () => Promise.resolve(new Map()),
  });
  for await (const { messages } of consumer)
    for (const { headers } of messages) places.add(`${String(headers?.["partition"])} ${String(headers?.["offset"])}`);
  return places.size;
}

function flagsOf(options: Readonly<Record<string, number>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
