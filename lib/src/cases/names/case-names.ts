/** The names of a case, for a run: its topics, tables and folder, empty at the beginning. What no run has made is not removed. */
import { StreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, identifier, openHive } from "../../hive/index.ts";
import { hdfsMarks, makeTopic, removeTable, TopicMarks } from "../../ingest/index.ts";
import { deadLetterTopic } from "../../kafka/index.ts";
import type { Addresses } from "../../stack/index.ts";
import type { Case } from "../case.ts";

/** The property of a table that says which case has made it. */
export const MADE_BY = "streambook.made.by";

/** What the names are taken with. */
export interface CaseNamesOptions {
  readonly addresses: Pick<Addresses, "kafka" | "hive" | "webhdfs">;
  /** Removes what stands under the names, whoever made it. @default false */
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The names of a case, taken: everything under them is the run's, and the topics are there and empty. */
export class CaseNames implements AsyncDisposable {
  readonly #marks: TopicMarks;

  private constructor(marks: TopicMarks) {
    this.#marks = marks;
  }

  /**
   * Takes the names of a case: removes what an earlier run has left, and makes the topics.
   *
   * @throws NOT_OURS when a topic holds messages that no run has sent, or a table is there that the case has not made
   */
  static async take(
    { name, topics, tables, folder }: Required<Pick<Case, "name" | "topics" | "tables" | "folder">>,
    { addresses, replace = false, signal }: CaseNamesOptions,
  ): Promise<CaseNames> {
    const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
    await using hive = await openHive({ address: addresses.hive, signal });
    const all = topics.flatMap(({ topic }) => [topic, deadLetterTopic(topic)]);
    const marks = await TopicMarks.open({ marks: hdfsMarks(hdfs), broker: addresses.kafka, topics: all, signal });
    if (!replace) {
      const stranger = (await marks.stranger()) ?? (await strangerTable(tables, name, hive));
      if (stranger !== undefined)
        throw new StreambookError("NOT_OURS", `${stranger}, and a run begins with empty topics and tables`, {
          hint: { replace: true },
        });
    }
    await marks.take();
    for (const table of tables) await removeTable(hive, hdfs, table);
    await hdfs.remove(folder, { recursive: true });
    for (const { topic, partitions } of topics) await makeTopic({ broker: addresses.kafka, topic, partitions, signal });
    return new CaseNames(marks);
  }

  /** As that of {@link TopicMarks}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#marks[Symbol.asyncDispose]();
  }
}

async function strangerTable(tables: readonly string[], name: string, hive: HiveSession): Promise<string | undefined> {
  const there = new Set((await hive.query("SHOW TABLES")).map((row) => String(row["tab_name"])));
  for (const table of tables) {
    if (!there.has(table)) continue;
    const properties = await hive.query(`SHOW TBLPROPERTIES ${identifier(table)}`);
    if (!properties.some((row) => row["prpt_name"] === MADE_BY && row["prpt_value"] === name))
      return `the table ${table} was not made by ${name}`;
  }
  return undefined;
}
