/** `streambook replicate`: topics that were made while there was one broker get a copy on each. */
import type { Command } from "commander";
import { plural } from "../format/index.ts";
import { replicateTopics } from "../kafka/index.ts";
import { addresses, useStack } from "../stack/index.ts";
import { action } from "./command.ts";
import { serviceAddresses, wholeNumber } from "./option-values.ts";

interface Options {
  readonly replicas?: number;
  readonly kafkaBrokerPort?: string;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("replicate")
    .description(
      "Gives each partition of some topics, or of all, a copy on each broker, three at most, and waits until the copies have all\n" +
        "messages. Who reads or writes them goes on meanwhile. Topics that were made since there are three brokers have three copies.",
    )
    .argument("[topic...]", "the topics (default: all)")
    .option("--replicas <n>", "how many copies (default: one on each broker, three at most)", wholeNumber(1))
    .option(
      "--kafka-broker-port <ports>",
      "Kafka's port, or host:port, or several with commas between them (default: the running stack's)",
      serviceAddresses("kafka"),
    )
    .action(
      action<Options>(async ({ replicas, kafkaBrokerPort }, { signal, operands }) => {
        const broker = kafkaBrokerPort ?? (await addresses()).kafka;
        await using _user = await useStack("streambook replicate");
        const named = operands.length === 0 ? {} : { topics: operands };
        const topics = await replicateTopics({
          ...{ broker, signal, ...named },
          ...(replicas !== undefined && { replicas }),
        });
        for (const { topic, replicas: copies, changed } of topics)
          process.stdout.write(`${topic}: ${plural(copies, "copy", "copies")}${changed ? ", new" : ""}\n`);
        if (topics.length === 0) process.stdout.write("there are no topics\n");
      }),
    );
}
