import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "../../layout.ts";
import type { Library } from "../../service.ts";

/** Packages of Java that Hadoop and Hive reach into. Hadoop's own list lacks some of them. */
export const HADOOP_OPENS = [
  "java.io",
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.math",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "java.util.regex",
  "java.util.zip",
  "sun.nio.ch",
  "sun.security.util",
  "sun.security.x509",
] as const;

/** The variable by which programs of Hadoop find their configuration. */
export const hadoopEnvironment = (layout: Layout): Record<string, string> => ({
  HADOOP_CONF_DIR: join(layout.conf, "hadoop"),
});

/** The jars of HDFS, YARN and MapReduce. */
export const hadoop: Library = {
  name: "hadoop",
  opens: HADOOP_OPENS,
  configuration: ["hadoop"],
  environment: hadoopEnvironment,
  folders: ["hadoop"],
  values: async (layout) => ({ streaming: await streamingJar(layout) }),
  // hadoop-hdfs.jar has no web applications, but its web server demands their folders on the class path
  configurationFolders: ["hdfs", "datanode", "static"].map((name) => join("hadoop", "webapps", name)),
};

async function streamingJar(layout: Layout): Promise<string> {
  const folder = join(layout.jars, "hadoop");
  const jars = await readdir(folder).catch(() => []);
  return join(folder, jars.find((name) => name.startsWith("hadoop-streaming-")) ?? "hadoop-streaming.jar");
}
