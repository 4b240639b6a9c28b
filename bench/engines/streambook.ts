/** The course's own consumer, as a learner starts it: on this machine's threads, or on Spark. */
import { join } from "node:path";
import { NODE_FLAGS } from "../../lib/bin/find-node.mjs";
import { StreambookError } from "../../lib/src/errors/index.ts";
import { Hdfs, pathOf } from "../../lib/src/hdfs/index.ts";
import { openHive } from "../../lib/src/hive/index.ts";
import { type Addresses, projectFolder, status } from "../../lib/src/stack/index.ts";
import { dropTable } from "../../lib/src/texts/index.ts";
import type { Engine, ReadyEngine, Where } from "./engine.ts";

/** What both are given. */
const options = (topic: string, table: string): string[] => [
  ...["--schema-file", join(projectFolder(), "schemas", "chunks.json"), "--topic", topic],
  ...["--hive-table", table, "--once"],
];

export const ours: Engine = {
  name: "ours",
  note:
    "bin/start_consumer.sh --once --no-stem: each message checked against its schema, word tokens, windows of each stream, TF-IDF, streaming " +
    "k-means (16,384 features); zstd Parquet on HDFS, exactly once, in a table of Hive; models kept",
  prepare: async ({ addresses, topic }) => ({
    command: async (table) => ({
      program: join(projectFolder(), "bin", "start_consumer.sh"),
      // a group of its own: each run begins with the first message
      arguments: [...options(topic, table), "--group", table, "--no-stem"],
    }),
    ...tables(addresses),
  }),
};

export const spark: Engine = {
  name: "spark",
  note:
    "streambook consume --engine spark: our command over Spark Connect; Tokenizer, HashingTF, IDF and k-means fitted on the warm-up; Parquet on " +
    "HDFS, exactly once, in a table of Hive. Its Spark runs already, as a service: its start is in no time, its CPU and its memory are counted",
  prepare: async ({ addresses, topic, signal }: Where) => {
    const found = await sparkServer(signal);
    return {
      command: async (table) => ({
        program: process.execPath,
        arguments: [
          ...[...NODE_FLAGS, join(projectFolder(), "lib", "src", "cli", "main.ts"), "consume", "--engine", "spark"],
          ...options(topic, table),
        ],
        servers: found === undefined ? [] : [found],
      }),
      ...tables(addresses),
    };
  },
};

/**
 * The process of Spark; undefined where it runs elsewhere.
 *
 * @throws STACK_DOWN when there is none
 */
async function sparkServer(signal: AbortSignal | undefined): Promise<number | undefined> {
  const found = (await status({ signal })).find(({ name }) => name === "spark");
  if (found?.state === "running") return found.pid;
  throw new StreambookError("STACK_DOWN", "Spark is not running, which the engine spark needs", {
    hint: { start: ["spark"] },
  });
}

/** The files of the tables that they write, and their removal. */
function tables(addresses: Addresses): Pick<ReadyEngine, "files" | "remove"> {
  const hdfs = new Hdfs({ address: addresses.webhdfs });
  return {
    files: async function* (table) {
      for await (const { name, path, type } of hdfs.walk(await locationOf(table, addresses)))
        if (type === "file" && /^[^._].*\.parquet$/.test(name)) yield await hdfs.read(path);
    },
    remove: async (table) => {
      await using hive = await openHive({ address: addresses.hive });
      await dropTable(hive, hdfs, table);
    },
  };
}

/** The folder of a table's files on HDFS. */
async function locationOf(table: string, { hive: address }: Addresses): Promise<string> {
  await using hive = await openHive({ address });
  const rows = await hive.query(`DESCRIBE FORMATTED ${table}`);
  const row = rows.map((one) => Object.values(one).map(String)).find(([name = ""]) => name.trim() === "Location:");
  return pathOf((row?.[1] ?? "").trim());
}
