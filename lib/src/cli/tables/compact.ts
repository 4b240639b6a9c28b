/** `streambook compact`: many small data files become few. */
import type { Command } from "commander";
import { formatBytes, plural } from "../../format/index.ts";
import { checkPath, Hdfs } from "../../hdfs/index.ts";
import { compact, compactionLimits, tableFolders } from "../../ingest/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { wholeNumber } from "../option-values.ts";
import { statusLine } from "../status-line.ts";

interface Options {
  readonly hiveTable?: string;
  readonly from?: string;
  readonly targetMb: number;
}

const MEGABYTE = 1 << 20;

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("compact")
    .description(
      "Joins the data files of a Hive table of `consume`, or of a folder of `ingest`, that stand beside each other: each date or hour and each\n" +
        "partition of a topic for itself. Consumers may write and queries may read meanwhile: no row is ever there twice or missing. A query\n" +
        "that has listed the files before they were joined may fail, and is to be asked again, as `streambook query` does by itself.",
    )
    .option("--hive-table <name>", "the table whose files are joined")
    .option("--from <folder>", "a folder on HDFS, in place of a table: /streambook/raw")
    .option(
      "--target-mb <n>",
      "megabytes that a file has at most when it was joined",
      wholeNumber(1, 1024),
      compactionLimits.target / MEGABYTE,
    )
    .addHelpText("after", "\nExample:\n  streambook compact --hive-table chunks_clustered")
    .action(
      action<Options>(async ({ hiveTable, from, targetMb }, { signal }) => {
        const [folder, title] = placeOf(hiveTable, from);
        const { webhdfs: address } = await addresses();
        await using _user = await useStack("streambook compact");
        await using hdfs = new Hdfs({ address, signal });
        const line = statusLine("compact");
        const { before, after, bytes, finished, files, seconds } = await compact({
          hdfs,
          folder,
          target: targetMb * MEGABYTE,
          onProgress: (one, done) => line.show(`${one}: ${plural(done.before, "file")} became ${done.after}`),
        });
        if (finished > 0)
          line.end(
            `${plural(finished, "file")} of ${title}, joined by a compaction that was ended, ${finished === 1 ? "is" : "are"} whole now`,
          );
        if (before === 0 && finished === 0)
          line.end(`${title} has ${plural(files, "file")}, none of which can be joined with another`);
        else if (before > 0)
          line.end(
            `${plural(before, "file")} of ${title} became ${after}, of ${formatBytes(bytes)} together; it has ${plural(files, "file")} now, ${seconds.toFixed(1)} s`,
          );
      }),
    );
}

/** The folder that is meant, and what it is to people. */
function placeOf(table: string | undefined, from: string | undefined): [folder: string, title: string] {
  if ((table === undefined) === (from === undefined))
    usage("name what is to be compacted: --hive-table NAME, or --from FOLDER, one of both");
  if (from !== undefined) return [checkPath(from.replace(/(?<=.)\/+$/, "")), from];
  const name = table ?? "";
  if (!/^\w+$/.test(name)) usage(`--hive-table must be the name of a table, and is ${JSON.stringify(name)}`);
  return [`${tableFolders.warehouse}/${name}`, name];
}
