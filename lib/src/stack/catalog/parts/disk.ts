/** What Hadoop's services say when their disk is full. */
import { askBean } from "../../observe/probes.ts";

/** What to do about a full disk. */
export const FREE_SOME = "free some disk, and it goes on by itself within seconds";

/** In safe mode HDFS takes no writes. It is also how every NameNode begins, for a moment. */
export async function lowOnDisk(webhdfs: string, signal: AbortSignal): Promise<string | undefined> {
  const info = await askBean(webhdfs, "Hadoop:service=NameNode,name=NameNodeInfo", signal);
  const said = info?.["Safemode"];
  if (typeof said !== "string" || !/resources are low/i.test(said)) return undefined;
  return `HDFS takes no writes, because the NameNode's disk is full; ${FREE_SOME}`;
}
