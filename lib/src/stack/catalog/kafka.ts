/** Kafka: nodes that are broker and controller (KRaft), one or three. */
import type { Service } from "../service.ts";
import { kafka as library } from "./libraries/kafka.ts";
import { configuration, format, joinQuorum, nodeValues } from "./parts/kafka-nodes.ts";
import { advertisedAddresses, brokerAnswers } from "./parts/kafka-probe.ts";

export default {
  name: "kafka",
  title: "Kafka",
  does: "the topic `chunks`, four partitions; what cannot be read goes to `chunks-dead-letter`",
  profile: "core",
  rank: 10,
  program: {
    kind: "java",
    library,
    main: "kafka.Kafka",
    heap: 384,
    options: ({ name, layout }) => [`-Dlog4j2.configurationFile=${layout.conf}/${name}/log4j2.properties`],
    arguments: (at) => [configuration(at)],
  },
  ports: { broker: 9092, controller: 9093, outside: 9094 },
  // In place of the one, three that elect a leader: see parts/kafka-nodes.ts.
  instances: { most: 3, profile: "brokers", isQuorum: true },
  keepsPorts: ["controller"],
  needs: [],
  after: [],
  memory: 220,
  stopTimeout: 20,
  addresses: { kafka: { variable: "STREAMBOOK_KAFKA", port: "broker", isList: true } },
  asked: "kafka",
  answers: brokerAnswers,
  connections: [{ name: "Kafka → clients", look: ({ addresses }) => advertisedAddresses(addresses.kafka) }],
  configuration: ["kafka"],
  values: nodeValues,
  prepare: format,
  join: joinQuorum,
  container: { memory: 640, publishes: { port: "outside", as: "broker" }, knowsPublishedPort: true, volume: "kafka" },
} satisfies Service;
