/** The table of services: what each is, what it runs, where it listens, and what must be up before it. */
import { StreambookError } from "../errors/index.ts";

/** The services, in the order in which a person thinks of them. */
export const SERVICE_NAMES = [
  "kafka",
  "namenode",
  "datanode",
  "resourcemanager",
  "nodemanager",
  "historyserver",
  "hiveserver2",
] as const;

/** The name of a service. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The sets of jars: a module of stack/pom.xml each. */
export type Library = "kafka" | "hadoop" | "hive";

/** What the launcher knows of a service. */
export interface Service {
  /** What people call it. */
  readonly title: string;
  readonly library: Library;
  /** The Java class that is started. */
  readonly main: string;
  /** Largest heap, in megabytes. */
  readonly heap: number;
  /** Ports by purpose: the well-known number of each. */
  readonly ports: Readonly<Record<string, number>>;
  /** The port of the web page, if it has one. */
  readonly page?: string;
  /** Services that must run for this one to be of use. */
  readonly needs: readonly ServiceName[];
  /** Services that it talks to only when somebody asks for that, and whose addresses it is given all the same. */
  readonly calls: readonly ServiceName[];
  /** Services that must be ready before this one starts: it does not wait for them itself. */
  readonly after: readonly ServiceName[];
  /** Seconds it may take to end by itself before it is killed. Those that keep nothing on disk get little. */
  readonly patience: number;
}

/** Every service. */
export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  kafka: {
    title: "Kafka",
    library: "kafka",
    main: "kafka.Kafka",
    heap: 384,
    ports: { broker: 9092, controller: 9093, outside: 9094 },
    needs: [],
    calls: [],
    after: [],
    patience: 20,
  },
  namenode: {
    title: "HDFS NameNode",
    library: "hadoop",
    main: "org.apache.hadoop.hdfs.server.namenode.NameNode",
    heap: 192,
    ports: { rpc: 8020, http: 9870 },
    page: "http",
    needs: [],
    calls: [],
    after: [],
    patience: 15,
  },
  datanode: {
    title: "HDFS DataNode",
    library: "hadoop",
    main: "org.apache.hadoop.hdfs.server.datanode.DataNode",
    heap: 192,
    ports: { data: 9866, http: 9864, ipc: 9867 },
    page: "http",
    needs: ["namenode"],
    calls: [],
    after: [],
    patience: 15,
  },
  resourcemanager: {
    title: "YARN ResourceManager",
    library: "hadoop",
    main: "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
    heap: 256,
    ports: { client: 8032, scheduler: 8030, tracker: 8031, admin: 8033, web: 8088 },
    page: "web",
    needs: ["datanode"],
    calls: [],
    after: [],
    patience: 2,
  },
  nodemanager: {
    title: "YARN NodeManager",
    library: "hadoop",
    main: "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
    heap: 256,
    ports: { rpc: 8041, localizer: 8040, web: 8042, shuffle: 13562, collector: 8048 },
    page: "web",
    needs: ["resourcemanager"],
    calls: [],
    after: [],
    patience: 2,
  },
  historyserver: {
    title: "JobHistoryServer",
    library: "hadoop",
    main: "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer",
    heap: 192,
    ports: { rpc: 10020, admin: 10033, web: 19888 },
    page: "web",
    needs: ["datanode"],
    calls: [],
    after: ["datanode"],
    patience: 2,
  },
  hiveserver2: {
    title: "HiveServer2",
    library: "hive",
    main: "org.apache.hive.service.server.HiveServer2",
    heap: 1024,
    ports: { thrift: 10000 },
    needs: ["datanode"],
    calls: ["resourcemanager", "historyserver"],
    after: ["datanode"], // it dies of a connection that is refused
    patience: 20,
  },
};

/** Names for several services at once. */
export const SERVICE_GROUPS: Readonly<Record<string, readonly ServiceName[]>> = {
  all: SERVICE_NAMES,
  hdfs: ["namenode", "datanode"],
  yarn: ["resourcemanager", "nodemanager", "historyserver"],
  hive: ["hiveserver2"],
};

/**
 * The services that names and group names stand for, with all that they need, in the order of the table.
 *
 * @param names nothing stands for all
 * @throws USAGE for a name that is neither a service nor a group
 *
 * @example
 * ```ts
 * import { resolveServices } from "streambook/stack";
 * console.assert(resolveServices(["hive"]).join() === "namenode,datanode,hiveserver2");
 * ```
 */
export function resolveServices(names: readonly string[] = []): ServiceName[] {
  const wanted = new Set<ServiceName>();
  const add = (name: ServiceName): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    SERVICES[name].needs.forEach(add);
  };
  for (const name of names.length === 0 ? ["all"] : names) {
    for (const service of membersOf(name)) add(service);
  }
  return SERVICE_NAMES.filter((name) => wanted.has(name));
}

/**
 * The services of one name, without what they need.
 *
 * @throws USAGE for a name that is neither a service nor a group
 */
export function membersOf(name: string): readonly ServiceName[] {
  if (isServiceName(name)) return [name];
  const group = Object.hasOwn(SERVICE_GROUPS, name) ? SERVICE_GROUPS[name] : undefined;
  if (group !== undefined) return group;
  const known = [...Object.keys(SERVICE_GROUPS), ...SERVICE_NAMES].join(", ");
  throw new StreambookError("USAGE", `there is no service "${name}"; there are ${known}`);
}

/** Whether a word is the name of a service. */
export function isServiceName(name: string): name is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(name);
}
