import { join } from "node:path";
import type { Library } from "../../service.ts";
import { hadoopEnvironment } from "./hadoop.ts";

/** Packages of Java that Spark reaches into: its own list (JavaModuleOptions), which it gives its executors itself. */
const SPARK_OPENS = [
  "java.io",
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "jdk.internal.ref",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
] as const;

/** Spark's jars, with the Hadoop that it brings. */
export const spark: Library = {
  name: "spark",
  megabytes: 380,
  opens: SPARK_OPENS,
  configuration: ["hadoop", "spark"],
  environment: (layout) => ({
    ...hadoopEnvironment(layout),
    YARN_CONF_DIR: join(layout.conf, "hadoop"),
    SPARK_CONF_DIR: join(layout.conf, "spark"),
    SPARK_HOME: join(layout.data, "spark"), // it must have one; nothing is read there
    SPARK_SCALA_VERSION: "2.13",
  }),
  folders: ["spark/local"],
};
