/** Trino: one SQL over several stores. Each has a catalog while it runs: Delta on S3, Hive's tables, the topics of Kafka. */
import { libraryFolder } from "../launch/java-options.ts";
import { askJson } from "../observe/probes.ts";
import type { Service } from "../service.ts";
import { trino as library } from "./libraries/trino.ts";
import { describeTopics, topicTables } from "./parts/topic-tables.ts";

export default {
  name: "trino",
  title: "Trino",
  does: "SQL over Delta on S3, Hive's tables, Cassandra and live topics of Kafka at once: a catalog for each of them that runs",
  profile: "tweets",
  rank: 100,
  program: {
    kind: "java",
    library,
    main: "io.trino.server.TrinoServer",
    heap: 1280,
    options: ({ layout, layout: { conf } }) => [
      "-XX:TieredStopAtLevel=4", // it compiles its queries to Java, which is worth the second compiler
      "-XX:ReservedCodeCacheSize=256m",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-XX:+EnableDynamicAgentLoading", // it measures its objects by an agent
      "-Djdk.attach.allowAttachSelf=true",
      `-Dconfig=${conf}/trino/config.properties`,
      `-Dlog.levels-file=${conf}/trino/log.properties`,
      `-Dcatalog.config-dir=${conf}/trino/catalog`,
      `-Dplugin.dir=${libraryFolder(layout, library)}/plugin`,
    ],
  },
  ports: { http: 8080 },
  page: "http",
  needs: [],
  after: [],
  uses: ["s3", "metastore", "kafka", "cassandra"],
  memory: 1000,
  stopTimeout: 20,
  addresses: { trino: { variable: "STREAMBOOK_TRINO", port: "http", scheme: "http" } },
  asked: "trino",
  answers: async (address, signal) => {
    const { starting } = (await askJson(`${address}/v1/info`, signal)) as { starting?: boolean };
    return starting === false;
  },
  configuration: ["hadoop", "trino"],
  configurationBeside: {
    "catalog/cassandra.properties": "cassandra",
    "catalog/delta.properties": "s3",
    "catalog/hive.properties": "metastore",
    "catalog/kafka.properties": "kafka",
  },
  values: () => ({ topics: topicTables().join(",") }),
  folders: ["trino"],
  prepare: ({ at }) => describeTopics(`${at.layout.conf}/trino/kafka`),
  container: { memory: 2048, publishes: { port: "http" }, volume: "trino" },
} satisfies Service;
