import { userInfo } from "node:os";

/**
 * The name of the user of this process, as the system knows it. A number without a name, as containers have it, stands for
 * itself: `uid4242`.
 */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid${process.getuid?.() ?? ""}`;
  }
}

/** The name under which HDFS, Hive and YARN are asked: that of HADOOP_USER_NAME, or of the user of this process. */
export function hadoopUser(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["HADOOP_USER_NAME"] || systemUser();
}
