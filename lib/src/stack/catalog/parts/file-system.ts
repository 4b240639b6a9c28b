/** Whether a daemon of Hadoop looks for files where HDFS is, as its own page says. */
import { askJson } from "../../observe/probes.ts";
import type { ConnectionCheck } from "../../service.ts";

/** The question of one daemon. @param title what people call it */
export function looksForFiles(title: string): ConnectionCheck {
  return {
    name: `${title} → HDFS`,
    look: async ({ page, addresses }, signal) => {
      if (page === undefined) return undefined;
      const answer = await askJson(`${page}/conf?name=fs.defaultFS&format=json`, signal);
      const { value } = (answer as { property?: { value?: string } }).property ?? {};
      if (value === addresses.hdfs) return value;
      const place = value ?? "an address that it does not say";
      throw new Error(`it looks for files at ${place}, but HDFS is at ${addresses.hdfs}`);
    },
  };
}
