/** `streambook source`: the stream API over a folder of texts, until Ctrl-C. */
import type { Command } from "commander";
import { plural } from "../../format/index.ts";
import { faultSentences, passedOver, startStreamSource } from "../../stream/index.ts";
import { action } from "../command.ts";
import { path, port, wholeNumber } from "../option-values.ts";

interface SourceOptions {
  readonly directory: string;
  readonly chunkSize: number;
  readonly port: number;
  readonly host: string;
}

export function register(program: Command): void {
  program
    .command("source")
    .description(
      "Serves the texts of a folder as streams of chunks over HTTP, until Ctrl-C (bin/start_stream_source.sh).",
    )
    .requiredOption("-d, --directory <folder>", "folder of UTF-8 texts", path)
    .option(
      "-c, --chunk-size <characters>",
      "characters (Unicode code points) in a chunk, 1 or more",
      wholeNumber(1),
      1024,
    )
    .option("-p, --port <port>", "TCP port to listen on; 0 takes a free one", port, 8000)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .addHelpText("after", EXAMPLE)
    .action(action(run));
}

const EXAMPLE = `
Example:
  bin/start_stream_source.sh -d ./data/texts -c 1024 -p 8000
  curl http://127.0.0.1:8000/list_files     # then open http://127.0.0.1:8000/docs`;

async function run(options: SourceOptions, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { directory, chunkSize, host } = options;
  const warn = (message: string): void => void process.stderr.write(`source: warning: ${message}\n`);
  const source = await startStreamSource({
    ...{ folder: directory, chunkSize, port: options.port, host, signal },
    onRefused: (message) => warn(`${message}; a reader was refused`),
  });
  if (source.survey.others.length > 0)
    warn(`in ${directory} only texts are served; passed over: ${passedOver(source.survey)}`);
  for (const fault of faultSentences(source.survey)) warn(fault);
  console.log(
    `serving ${plural(source.survey.names.length, "text")} of ${directory} at ${source.url}, ${chunkSize} characters a chunk; documentation at ${source.url}/docs; Ctrl-C stops`,
  );
  await source.closed;
}
