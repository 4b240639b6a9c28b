/** How full HDFS is, as its NameNode says. */
import { sample } from "../../../metrics/index.ts";
import { askBeans } from "../../observe/probes.ts";
import type { Measurement } from "../../service.ts";

/** @param purpose of the port of the NameNode's web server */
export function hdfsSpace(purpose: string): Measurement {
  return {
    gives: [
      "streambook_hdfs_capacity_bytes",
      "streambook_hdfs_used_bytes",
      "streambook_hdfs_free_bytes",
      "streambook_hdfs_files",
      "streambook_hdfs_missing_blocks",
    ],
    async look(at, signal) {
      const page = at.web(purpose);
      if (page === undefined) return [];
      const [bean] = await askBeans(page, "Hadoop:service=NameNode,name=FSNamesystem", signal);
      // While no DataNode has reported there is no space to speak of, which is another thing than a full disk.
      if (bean === undefined || Number(bean["CapacityTotal"] ?? 0) === 0) return [];
      return [
        sample("streambook_hdfs_capacity_bytes", {}, Number(bean["CapacityTotal"])),
        sample("streambook_hdfs_used_bytes", {}, Number(bean["CapacityUsed"])),
        sample("streambook_hdfs_free_bytes", {}, Number(bean["CapacityRemaining"])),
        sample("streambook_hdfs_files", {}, Number(bean["FilesTotal"])),
        sample("streambook_hdfs_missing_blocks", {}, Number(bean["MissingBlocks"])),
      ];
    },
  };
}
