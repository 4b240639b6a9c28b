/** `streambook produce`, which bin/start_producer.sh calls. */
import { type Command, InvalidArgumentError } from "commander";
import { createLogger } from "../../log/index.ts";
import { plural } from "../../format/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { hostAndPort, path, positiveNumber, serviceAddresses, wholeNumber } from "../option-values.ts";
import { statusLine } from "../status-line.ts";
import { shownName, StreambookError } from "../../errors/index.ts";
import { produce, type ProduceResult } from "../../texts/index.ts";

interface Options {
  readonly source: string;
  readonly kafkaBroker?: string;
  readonly topic?: string;
  readonly logsDir?: string;
  readonly agents: number;
  readonly rate?: number;
  readonly seed?: number;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("produce")
    .description(
      "Reads every text of a stream source, one agent each, and sends its chunks as messages to a Kafka topic, to a log, or both.\n" +
        "With neither, the messages go to standard output.",
    )
    .requiredOption("-s, --source <port>", "port of the stream source, or its URL", sourceUrl)
    .option(
      "-k, --kafka-broker <ports>",
      "Kafka's port, or host:port, or several with commas between them; together with -t",
      serviceAddresses("kafka"),
    )
    .option("-t, --topic <name>", "topic for the messages, made if it is missing; together with -k")
    .option("-l, --logs-dir <folder>", "folder for a log of the messages, chunks_{UTC time}.ndjson", path)
    .option("--agents <n>", "agents that read at once", wholeNumber(1, 1000), 8)
    .option("--rate <n>", "chunks a second of each stream (default: as fast as it goes)", positiveNumber)
    .option(
      "--seed <n>",
      "decides the agents and the addresses of the texts (default: a random one)",
      wholeNumber(0, 2 ** 32 - 1),
    )
    .addHelpText("after", "\nExample:\n  bin/start_producer.sh -s 8000 -k 9092 -t chunks -l ./logs/producer")
    .action(
      action<Options>(async (options, { signal }) => {
        const { source, kafkaBroker, topic, logsDir, agents, rate, seed } = options;
        if ((kafkaBroker === undefined) !== (topic === undefined))
          usage("-k and -t belong together: give both, or neither");
        const logger = createLogger("produce");
        if (kafkaBroker === undefined && logsDir === undefined) {
          logger.warn("neither Kafka (-k and -t) nor a log (-l) is given: the messages go to standard output");
        }
        await using _user = await useStackOf(kafkaBroker);
        const line = statusLine("produce");
        const onProgress = ({
          texts,
          finished,
          messages,
          malformed,
        }: {
          texts: number;
          finished: number;
          messages: number;
          malformed: number;
        }): void =>
          line.show(
            `${messages} messages, ${finished} of ${texts} texts${malformed > 0 ? `, ${malformed} lines that are not chunks` : ""}`,
          );
        const start = performance.now();
        const result = await produce({
          source,
          broker: kafkaBroker,
          topic,
          logFolder: logsDir,
          agents,
          rate,
          seed,
          logger,
          signal,
          onProgress,
        });
        line.end(summary(result, (performance.now() - start) / 1000));
        if (result.failed.length > 0) {
          const names = result.failed.map(({ file }) => shownName(file)).join(", ");
          throw new StreambookError("STREAM_BROKEN", `not read to the end: ${names}; the lines above say why`);
        }
      }),
    );
}

/** Uses the stack, if the broker is the stack's. */
async function useStackOf(broker: string | undefined): Promise<AsyncDisposable | undefined> {
  const ours = await addresses().catch(() => undefined);
  const own = ours?.kafka.split(",") ?? [];
  return broker?.split(",").some((one) => own.includes(one)) === true ? useStack("streambook produce") : undefined;
}

function summary({ streams, messages, malformed, resumed, logFile, stopped }: ProduceResult, seconds: number): string {
  const parts = [`${plural(streams, "text")}, ${plural(messages, "message")} in ${seconds.toFixed(1)} s`];
  if (resumed > 0) parts.push(`${plural(resumed, "stream")} taken up again`);
  if (malformed > 0) parts.push(plural(malformed, "line that was not a chunk", "lines that were not chunks"));
  if (stopped) parts.push("stopped before the end");
  if (logFile !== undefined) parts.push(`log ${logFile}`);
  return parts.join("; ");
}

/** A port, `host:port`, or a URL. */
function sourceUrl(text: string): string {
  if (/^https?:\/\//i.test(text)) {
    if (URL.canParse(text)) return text;
    throw new InvalidArgumentError("It must be a port, host:port, or a URL.");
  }
  return `http://${hostAndPort(text)}`;
}
