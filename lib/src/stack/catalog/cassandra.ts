/** Cassandra: a database whose tables are made for their questions. Nodes on one machine have ports of their own. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../service.ts";
import { cassandra as library } from "./libraries/cassandra.ts";
import { answersCql } from "./parts/cql-probe.ts";
import { endFirstStart, setPassword } from "./parts/first-password.ts";

/** Packages that it reaches into beside those of `java.base`: its own list, conf/jvm17-server.options. */
const MODULES = [
  "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
  "--add-exports=java.base/java.lang.ref=ALL-UNNAMED",
  "--add-exports=java.management.rmi/com.sun.jmx.remote.internal.rmi=ALL-UNNAMED",
  "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
  "--add-exports=java.rmi/sun.rmi.server=ALL-UNNAMED",
  "--add-exports=java.sql/java.sql=ALL-UNNAMED",
  "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
  "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
] as const;

/** Nodes find each other in a moment here, and wait no longer: settings that only properties of Java have. */
const QUICK = [
  "-Dcassandra.skip_wait_for_gossip_to_settle=0",
  // Nodes say once a second that they are there; one that joins, and is silent for this long, is forgotten.
  "-Dcassandra.ring_delay_ms=5000",
  "-Dcassandra.superuser_setup_delay_ms=500",
  "-Dcassandra.consistent.rangemovement=false", // one may join while another is down
] as const;

export default {
  name: "cassandra",
  title: "Cassandra",
  does: "a database whose tables are made for their questions; it has a password that this set-up has made",
  profile: "ratings",
  rank: 76,
  program: {
    kind: "java",
    library,
    main: "org.apache.cassandra.service.CassandraDaemon",
    heap: 320,
    options: ({ name, layout: { conf, data, jars } }) => [
      ...MODULES,
      ...QUICK,
      `-javaagent:${memoryMeter(join(jars, library.name))}`,
      "-XX:MaxDirectMemorySize=192m",
      "-Djdk.attach.allowAttachSelf=true",
      "-Dio.netty.tryReflectionSetAccessible=true",
      "-Dcassandra-foreground=yes",
      `-Dcassandra.config=file://${conf}/${name}/cassandra.yaml`,
      `-Dlogback.configurationFile=${conf}/${name}/logback.xml`,
      `-Dcassandra.storagedir=${data}/${name}`,
    ],
  },
  ports: { cql: 9042, storage: 7000 },
  // In turn: nodes that join at once take the same places on the ring, and all but one of them end.
  instances: { most: 3, profile: "replicas", inTurn: true },
  needs: [],
  after: [],
  memory: 600,
  stopTimeout: 20,
  isStorage: true,
  addresses: { cassandra: { variable: "STREAMBOOK_CASSANDRA", port: "cql" } },
  secrets: {
    password: { title: "password of the user streambook", variable: "STREAMBOOK_CASSANDRA_PASSWORD", length: 20 },
  },
  asked: "cassandra",
  answers: answersCql,
  configuration: ["cassandra"],
  prepare: setPassword,
  endChildren: endFirstStart,
  container: { memory: 896, publishes: { port: "cql" }, volume: "cassandra" },
} satisfies Service;

/** The jar that Java is started with as an agent. */
function memoryMeter(jars: string): string {
  const name = readdirSync(jars).find((one) => /^jamm-[\d.]+\.jar$/.test(one));
  return join(jars, name ?? "jamm.jar");
}
