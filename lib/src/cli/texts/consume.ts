/** `streambook consume`, which bin/start_consumer.sh calls. */
import type { Command } from "commander";
import { createLogger } from "../../log/index.ts";
import { plural } from "../../format/index.ts";
import { loadSchema } from "../../schema/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { consume, consumeOnSpark, type Engine } from "../../texts/index.ts";
import { action, usage } from "../command.ts";
import { path, positiveNumber, serviceAddress, serviceAddresses, wholeNumber } from "../option-values.ts";
import { engineOption } from "./engine.ts";
import { statusLine } from "../status-line.ts";

interface Options {
  readonly engine: Engine;
  readonly schemaFile: string;
  readonly kafkaBrokerPort?: string;
  readonly topic: string;
  readonly logsDir?: string;
  readonly hivePort?: string;
  readonly hiveTable: string;
  readonly clusters: number;
  readonly seed: number;
  readonly warmUp: number;
  readonly group?: string;
  readonly once?: boolean;
  readonly flushRecords?: number;
  readonly flushSeconds?: number;
  readonly compactAt?: number;
  readonly threads?: number;
  readonly stem: boolean;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("consume")
    .description(
      "Reads the messages of a topic, clusters their texts as they come, and keeps every message as one row of a Hive table.\n" +
        "Killed at any moment and started again, it goes on where the data files end: nothing is lost, nothing doubled.",
    )
    .addOption(engineOption())
    .requiredOption("--schema-file <file>", "the schema of the messages, such as schemas/chunks.json", path)
    .option(
      "--kafka-broker-port <ports>",
      "Kafka's port, or host:port, or several with commas between them (default: the running stack's)",
      serviceAddresses("kafka"),
    )
    .requiredOption("--topic <name>", "the topic to read")
    .option("--logs-dir <folder>", "folder for the consumer's log (default: no log file)", path)
    .option(
      "--hive-port <port>",
      "HiveServer2's port, or host:port (default: the running stack's)",
      serviceAddress("hive"),
    )
    .requiredOption("--hive-table <name>", "the table to write")
    .option("--clusters <n>", "number of clusters", wholeNumber(1, 1000), 5)
    .option("--seed <n>", "seed of the clustering", wholeNumber(0, 2 ** 32 - 1), 42)
    .option(
      "--warm-up <n>",
      "chunks held to seed the clusters, or what came before a pause of --flush-seconds",
      wholeNumber(1),
      200,
    )
    .option("--group <name>", "consumer group (default: streambook)")
    .option("--once", "stop at the end of what is in the topic now")
    .option(
      "--flush-records <n>",
      "rows after which a file is written (default: 20000); on Spark most messages of a batch (default: 200000)",
      wholeNumber(1),
    )
    .option(
      "--flush-seconds <s>",
      "seconds after which a file is written, or a batch begins (default: 10)",
      positiveNumber,
    )
    .option("--compact-at <n>", "join the files of a partition when there are so many (default: never)", wholeNumber(2))
    .option(
      "--threads <n>",
      "threads that parse and encode (default: one less than there are cores)",
      wholeNumber(1, 64),
    )
    .option("--no-stem", "do not reduce words to their stems")
    .action(
      action<Options>(async ({ engine, ...options }, { signal }) => {
        if (engine === "spark") demandNone(options);
        const schema = await loadSchema(options.schemaFile);
        const running = await addresses();
        await using _user = await useStack("streambook consume");
        const line = statusLine("consume");
        let held = 0;
        const shared = {
          ...options,
          schema,
          table: options.hiveTable,
          addresses: {
            ...running,
            kafka: options.kafkaBrokerPort ?? running.kafka,
            hive: options.hivePort ?? running.hive,
          },
          logger: createLogger("consumer", { folder: options.logsDir }),
          signal,
          onProgress({ read, rows, files, deadLetters, warmingUp }: Progress) {
            held = warmingUp;
            line.show(
              read === 0 && warmingUp === 0
                ? `reads the topic ${options.topic}; Ctrl-C stops`
                : `${read} read, ${plural(rows, "row")} in ${plural(files, "file")}` +
                    (deadLetters > 0 ? `, ${plural(deadLetters, "dead letter")}` : "") +
                    (warmingUp > 0 ? `, ${warmingUp}/${options.warmUp} chunks held to seed the clusters` : ""),
            );
          },
        };
        const report = engine === "spark" ? await consumeOnSpark(shared) : await consume(shared);
        line.end(
          `${plural(report.read, "message")} read, ${plural(report.rows, "row")} in ${plural(report.files, "file")} of ${options.hiveTable}, ` +
            `${plural(report.deadLetters, "dead letter")}, ${report.seconds.toFixed(1)} s, model ${report.modelVersion}` +
            (held > 0 ? `; the ${held} chunks held to seed the clusters are read again next time` : ""),
        );
      }),
    );
}

type Progress = Record<"read" | "rows" | "files" | "deadLetters" | "warmingUp", number>;

/** Refuses what only the engine of this process has: Spark reads on its own. */
function demandNone({
  group,
  compactAt,
  threads,
  stem,
}: Pick<Options, "group" | "compactAt" | "threads" | "stem">): void {
  const flag = [
    group !== undefined && "--group",
    compactAt !== undefined && "--compact-at",
    threads !== undefined && "--threads",
    !stem && "--no-stem",
  ].find((given) => given !== false);
  if (flag !== undefined)
    usage(
      `${flag} means nothing to the engine spark, which reads without a group, names its files in a log of its own, and splits words at blanks; leave it out`,
    );
}
