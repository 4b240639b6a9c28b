/** `streambook rebuild`, which bin/rebuild_texts.sh calls. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { StreambookError } from "../../errors/index.ts";
import { toJson } from "../../json/index.ts";
import { plural } from "../../format/index.ts";
import { addresses, hadoopClient, useStack } from "../../stack/index.ts";
import { rebuild, type RebuildReport } from "../../texts/index.ts";
import { action } from "../command.ts";
import { path, wholeNumber } from "../option-values.ts";
import { statusLine } from "../status-line.ts";

interface Options {
  readonly input: string;
  readonly output: string;
  readonly local?: boolean;
  readonly reducers: number;
  readonly keep?: boolean;
  readonly replace?: boolean;
  readonly report?: string;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  program
    .command("rebuild")
    .description(
      "Reads the messages of the producer's log or of the Hive table, in any order and some of them twice, brings the chunks of each\n" +
        "stream together, and writes each text whose every chunk is there as one file. Exit 1 when a text is not complete, or there is none.",
    )
    .option(
      "--input <where>",
      "hdfs:///folder, hive:TABLE, or file:PATH on this machine",
      input,
      "hdfs:///streambook/log",
    )
    .option("--output <folder>", "folder for the texts", path, "refresh")
    .option("--local", "run map and reduce in this process, not on YARN")
    .option("--reducers <n>", "number of reducers", wholeNumber(1, 1000), 2)
    .option("--keep", "leave the job's folder on HDFS, to look inside")
    .option("--replace", "replace texts that are in the output folder")
    .option("--report <file>", "write what was found, as JSON", path)
    .action(
      action<Options>(async (options, { signal }) => {
        const places = await addresses();
        await using _user = await useStack("streambook rebuild");
        const line = statusLine("rebuild");
        const report = await rebuild({
          ...options,
          addresses: places,
          hadoop: options.local === true ? undefined : await hadoopClient(),
          signal,
          onProgress: ({ text }) => line.show(text),
        });
        if (options.report !== undefined) await writeFile(options.report, `${toJson(report, 2)}\n`);
        line.end(summary(report));
        for (const { uri, streamId, problem } of report.texts) {
          if (problem !== undefined) process.stderr.write(`rebuild: ${uri} (${streamId}): ${problem}\n`);
        }
        if (report.streams === 0)
          throw new StreambookError(
            "NO_TEXTS",
            `${options.input} holds no messages, so there is nothing to rebuild; check that producer and consumer have run`,
          );
        if (report.complete === report.streams) return;
        throw new StreambookError(
          "RUN_NOT_IDENTICAL",
          `${report.streams - report.complete} of ${report.streams} texts are not complete; check that the producer has ended and read its whole log`,
        );
      }),
    );
}

/** `file:` takes paths as options do; the others are no places of this machine. */
function input(text: string): string {
  const [, file] = /^file:(?!\/\/)(.*)$/s.exec(text) ?? [];
  return file === undefined ? text : `file:${path(file)}`;
}

function summary(report: RebuildReport): string {
  const { complete, streams, output, messages, duplicates, missing, malformed, seconds, applicationId, jobFolder } =
    report;
  const where = applicationId === undefined ? "in this process" : `on YARN as ${applicationId}`;
  return (
    `${complete} of ${streams} texts complete in ${output}, from ${plural(messages, "message")}, ${seconds.toFixed(1)} s ${where}; ` +
    `${plural(duplicates, "duplicate")} dropped, ${plural(missing, "chunk")} missing, ${plural(malformed, "malformed line")}` +
    (jobFolder === undefined ? "" : `; the job's folder is hdfs://${jobFolder}`)
  );
}
