import type { Library } from "../../service.ts";
import { HADOOP_OPENS, hadoopEnvironment } from "./hadoop.ts";

/** Hive's jars, with those of Hadoop that it runs on. */
export const hive: Library = {
  name: "hive",
  versions: ["hive", "tez", "derby"],
  opens: HADOOP_OPENS,
  configuration: ["hadoop", "hive"],
  environment: hadoopEnvironment,
  folders: ["hadoop", "hive/scratch"],
};
