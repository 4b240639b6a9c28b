/** The names of the case, for a run: its topics, and the keyspace with its tables, all empty at the beginning. */
import { type CassandraSession, ensureTables, identifier } from "../../cassandra/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { makeTopic, type MarkStore, TopicMarks } from "../../ingest/index.ts";
import { deadLetterTopic } from "../../kafka/index.ts";
import { PARTITIONS, TOPIC } from "./names.ts";
import { KEYSPACE, type RatingTables } from "./tables.ts";

/** What the names are taken with. */
export interface RatingNamesOptions {
  /** Kafka, `host:port`. */
  readonly broker: string;
  readonly cassandra: CassandraSession;
  readonly tables: RatingTables;
  /** Removes what stands under the names, whoever made it. @default false */
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The names of the case, taken: everything under them is the run's, and the topic is there and empty. */
export class RatingNames implements AsyncDisposable {
  readonly #topics: TopicMarks;

  private constructor(topics: TopicMarks) {
    this.#topics = topics;
  }

  /**
   * Takes the names: removes what an earlier run has left, and makes the topic and the tables.
   *
   * @throws NOT_OURS when a topic holds messages that no run has sent, or the keyspace is there and is not that of the case
   */
  static async take(options: RatingNamesOptions): Promise<RatingNames> {
    const { broker, cassandra, tables, replace = false, signal } = options;
    if (replace) await cassandra.execute(`DROP KEYSPACE IF EXISTS ${identifier(KEYSPACE)}`);
    else await demandOwnKeyspace(cassandra, tables);
    await ensureTables(cassandra, { keyspace: KEYSPACE, tables: [tables.marks], signal });
    const marks = cassandraMarks(cassandra);
    const topics = await TopicMarks.open({ marks, broker, topics: [TOPIC, deadLetterTopic(TOPIC)], signal });
    const stranger = replace ? undefined : await topics.stranger();
    if (stranger !== undefined)
      throw new StreambookError("NOT_OURS", `${stranger}, and a run begins with empty topics and tables`, {
        hint: { replace: true },
      });
    await topics.take();
    for (const { name } of Object.values(tables))
      if (name !== tables.marks.name)
        await cassandra.execute(`DROP TABLE IF EXISTS ${identifier(`${KEYSPACE}.${name}`)}`);
    await ensureTables(cassandra, { keyspace: KEYSPACE, tables: Object.values(tables), signal });
    await makeTopic({ broker, topic: TOPIC, partitions: PARTITIONS, signal });
    return new RatingNames(topics);
  }

  /** As that of {@link TopicMarks}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#topics[Symbol.asyncDispose]();
  }
}

/** @throws NOT_OURS when there is a keyspace of that name with other tables than those of the case */
async function demandOwnKeyspace(cassandra: CassandraSession, tables: RatingTables): Promise<void> {
  const cql = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?";
  const found = (await cassandra.query(cql, [KEYSPACE])).map((row) => row["table_name"] as string);
  const stranger = found.find((name) => !Object.hasOwn(tables, name));
  if (stranger !== undefined)
    throw new StreambookError(
      "NOT_OURS",
      `the keyspace ${KEYSPACE} has a table ${stranger} that is not of the case, and a run begins with empty tables`,
      { hint: { replace: true } },
    );
}

/** Marks in the keyspace. */
function cassandraMarks(cassandra: CassandraSession): MarkStore {
  const table = identifier(`${KEYSPACE}.marks`);
  return {
    write: (name, mark, signal) =>
      cassandra.execute(`INSERT INTO ${table} (path, mark) VALUES (?, ?)`, [name, JSON.stringify(mark)], { signal }),
    read: async (name) => {
      const [row] = await cassandra.query(`SELECT mark FROM ${table} WHERE path = ?`, [name]);
      return row === undefined ? undefined : (JSON.parse(row["mark"] as string) as unknown);
    },
  };
}
