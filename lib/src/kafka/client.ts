/** Makes kafkajs clients as this room wants them: quiet, quick to say that a broker is not there, with all codecs. */
import kafkajs, { type Admin, type ISocketFactory, type Kafka, type LogEntry } from "kafkajs";
import { retry } from "../async/index.ts";
import { silentLogger, type Logger } from "../log/index.ts";
import { awaitAbsent, explainAbsence } from "./absence.ts";
import { registerCodecs } from "./codecs.ts";
import { rootOf } from "./failures.ts";
import { identified, KafkaCluster } from "./identity.ts";
import { mendKafkajs } from "./mended-kafkajs.ts";
import { brokerAddress, brokerAddresses } from "./names.ts";

/** What every opening in this room takes. */
export interface KafkaOptions {
  /** Address of a broker, `127.0.0.1:9092`, or a port; several with commas between them: one that answers is enough. */
  readonly broker: string;
  /** Gets what kafkajs has to say, at level debug, and what people must know, at level warn. @default silentLogger */
  readonly logger?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The cluster that must answer; give the same one to all that belong together. @default the first that answers */
  readonly cluster?: KafkaCluster | undefined;
  /** Makes the connections; tests cut them. @internal */
  readonly socketFactory?: ISocketFactory | undefined;
}

/** Makes a kafkajs client. `retries` is how often kafkajs itself tries a request again, at the least once with each broker. */
export function createKafka(options: KafkaOptions & { readonly cluster: KafkaCluster }, retries: number): Kafka {
  const { broker, logger = silentLogger, socketFactory, cluster } = options;
  const brokers = brokerAddresses(broker);
  registerCodecs();
  mendKafkajs();
  return new kafkajs.Kafka({
    clientId: "streambook",
    brokers,
    socketFactory: identified(socketFactory, cluster),
    connectionTimeout: 2000,
    requestTimeout: 30_000,
    retry: { retries: Math.max(retries, brokers.length - 1), initialRetryTime: 100, maxRetryTime: 2000 },
    logLevel: logger.isLevelEnabled("debug") ? kafkajs.logLevel.INFO : kafkajs.logLevel.NOTHING,
    // kafkajs logs as errors what it recovers from, such as the first look for a coordinator.
    logCreator: () => (entry: LogEntry) =>
      logger.debug({ kafkajs: entry.namespace, level: entry.label }, entry.log.message),
  });
}

/** Errors of a topic that was made a moment ago, perhaps by another client, and has no leader that knows it yet. */
const SETTLING = new Set(["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"]);

/**
 * Connects an admin client, does something with it, and disconnects it. Brokers that are away are waited for where others answer; so
 * it may be done twice.
 *
 * @param doing what is done, for the message of an error: `look up the topic "chunks"`
 * @throws UNREACHABLE when no broker answers within a few seconds; NOT_ENOUGH_REPLICAS when too few do; WRONG_CLUSTER; KAFKA_FAILED
 */
export async function withAdmin<T>(
  options: KafkaOptions,
  doing: string,
  operation: (admin: Admin) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  const { cluster = new KafkaCluster() } = options;
  const admin = createKafka({ ...options, cluster }, 2).admin();
  const operate = async (): Promise<T> => {
    try {
      await admin.connect();
      return await retry(() => operation(admin), {
        attempts: 10,
        isRetriable: (error) => SETTLING.has(String(rootOf(error).type)),
        signal: options.signal,
      });
    } catch (error) {
      throw await explainAbsence(cluster.causeOf(error), brokerAddress(options.broker), doing);
    }
  };
  try {
    return await awaitAbsent(operate, options.signal);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
