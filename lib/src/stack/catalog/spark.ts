/** Spark: an engine that spans machines, driven from outside over Spark Connect. */
import { setting } from "../../../../setup/settings.mjs";
import { StreambookError } from "../../errors/index.ts";
import { isExternal } from "../addresses.ts";
import { answersGrpc } from "../observe/probes.ts";
import type { Place, Preparation, Service } from "../service.ts";
import { delta } from "./libraries/delta.ts";
import { spark as library } from "./libraries/spark.ts";
import { sparkUse } from "./parts/spark-use.ts";
import { demandRoom } from "./parts/yarn-room.ts";

/** What is asked of YARN, in megabytes: heaps, and what Java takes beside them. */
const YARN = { masterMemory: 384, masterOverhead: 384, executorMemory: 512, executorOverhead: 384 } as const;

export default {
  name: "spark",
  title: "Spark",
  does: "SQL, streams and machine learning on an engine that spans machines; TypeScript drives it by Spark Connect",
  profile: "spark",
  rank: 90,
  program: {
    kind: "java",
    library,
    extensions: [{ library: delta, beside: "s3" }],
    main: "org.apache.spark.deploy.SparkSubmit",
    heap: 1024,
    options: ({ name, layout }) => [
      "-XX:TieredStopAtLevel=4", // it compiles its queries to Java, which is worth the second compiler
      `-Dlog4j2.configurationFile=${layout.conf}/${name}/log4j2.properties`,
      "-Djdk.reflect.useDirectMethodHandle=false",
      "-Dio.netty.tryReflectionSetAccessible=true",
    ],
    arguments: (at) => [
      ...["--properties-file", `${at.layout.conf}/spark/${at.runs("s3") ? "delta" : "spark-defaults"}.conf`],
      "--load-spark-defaults", // beside the file that is named
      ...["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"],
    ],
    // the address of its web page, which no setting says
    environment: ({ bind }) => ({ SPARK_LOCAL_IP: bind }),
  },
  ports: { connect: 15002, web: 4040 },
  page: "web",
  needs: ["datanode", "metastore"],
  after: ["datanode", "metastore"],
  uses: ["s3"],
  calls: ["kafka", "resourcemanager", "nodemanager"],
  memory: 1200,
  stopTimeout: 20,
  addresses: { spark: { variable: "STREAMBOOK_SPARK", port: "connect" } },
  asked: "spark",
  answers: answersGrpc,
  metrics: [sparkUse("web")],
  configuration: ["hadoop", "spark"],
  configurationBeside: { "delta.conf": "s3" },
  values: (at) => ({
    // a master that is none is named before anything is started for it
    master: at.runs("spark") ? demandMaster(at) : masterOf(process.env),
    files: `hdfs://${at.host("namenode")}:${at.port("rpc", "namenode")}`,
    ...Object.fromEntries(Object.entries(YARN).map(([name, megabytes]) => [name, String(megabytes)])),
  }),
  prepare: demandYarn,
  container: { memory: 1664, publishes: { port: "connect" } },
} satisfies Service;

/** Where Spark works. */
function masterOf(environment: NodeJS.ProcessEnv): string {
  return setting("STREAMBOOK_SPARK_MASTER", environment) ?? "local[*]";
}

/** @throws USAGE for a master that is none; STACK_DOWN for YARN when it is not among what runs */
function demandMaster(at: Place): string {
  const master = masterOf(process.env);
  if (!/^(?:local(?:\[(?:\*|[1-9]\d*)\])?|yarn|spark:\/\/\S+:\d+)$/.test(master))
    throw new StreambookError(
      "USAGE",
      `STREAMBOOK_SPARK_MASTER is "${master}"; give local[*], local[2], yarn, or spark://host:port`,
    );
  if (master === "yarn" && !runsYarn(at))
    throw new StreambookError("STACK_DOWN", "Spark is to work on YARN, which is not started; start it too", {
      hint: { start: ["yarn"] },
    });
  return master;
}

/** @throws as {@link demandMaster}; YARN_FULL when YARN has no room: Spark would wait for it, and say nothing */
async function demandYarn({ at, addresses }: Preparation): Promise<void> {
  if (demandMaster(at) !== "yarn") return;
  await demandRoom("Spark", addresses.resourceManager, {
    "its application master": YARN.masterMemory + YARN.masterOverhead,
    "an executor": YARN.executorMemory + YARN.executorOverhead,
  });
}

/** Spark's jars lie on this machine, so YARN must run here, too. */
function runsYarn(at: Place): boolean {
  const yarn = ["resourcemanager", "nodemanager"];
  return yarn.every((name) => at.runs(name) && !isExternal(name, process.env));
}
