import type { Library } from "../../service.ts";

/** Cassandra's jars. */
export const cassandra: Library = {
  name: "cassandra",
  megabytes: 70,
  java: { lowest: 17, highest: 17 }, // of 11 and 17, which it accepts, the one that runs the others
  // its own list, conf/jvm17-server.options
  opens: [
    "java.io",
    "java.lang",
    "java.lang.module",
    "java.lang.reflect",
    "java.nio",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "jdk.internal.loader",
    "jdk.internal.math",
    "jdk.internal.module",
    "jdk.internal.ref",
    "jdk.internal.reflect",
    "jdk.internal.util.jar",
    "sun.nio.ch",
  ],
  configuration: [],
};
