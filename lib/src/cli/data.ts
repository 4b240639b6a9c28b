/** The commands `data generate` and `data fetch`: texts to work with. */
import { type Command, InvalidArgumentError } from "commander";
import { type Cut, type FetchedText, fetchTexts, generateCorpus } from "../corpus/index.ts";
import { messageOf, shownName } from "../errors/index.ts";
import { formatBytes, parseBytes, plural } from "../format/index.ts";
import { trustGivenAuthorities } from "../project/index.ts";
import { action, type CommandContext } from "./command.ts";
import { path, wholeNumber } from "./option-values.ts";

interface GenerateFlags {
  readonly topics: number;
  readonly texts: number;
  readonly size: number;
  readonly seed: number;
  readonly topicality: number;
  readonly output: string;
  readonly overwrite?: boolean;
}

interface FetchFlags {
  readonly output: string;
  readonly maximumSize: number;
  readonly overwrite?: boolean;
}

/** Adds the commands to the program. */
export function register(program: Command): void {
  const data = program.command("data");
  data
    .command("generate")
    .description("write texts in an invented language, with the topic of each in labels/labels.json")
    .option("--topics <number>", "how many topics the texts are about", wholeNumber(1, 1000), 6)
    .option("--texts <number>", "how many texts", wholeNumber(1, 100_000), 24)
    .option("--size <bytes>", "how large they are together, such as 500kB, 50MB or 2GB", size, size("10MB"))
    .option("--seed <number>", "equal seeds give equal texts", wholeNumber(0), 7)
    .option(
      "--topicality <part>",
      "the part of the words that the topic chooses, 0 to 1: the less, the harder",
      part,
      0.3,
    )
    .option("--overwrite", "replace the texts of an earlier run")
    .requiredOption("--output <folder>", "folder that gets the texts", path)
    .action(action<GenerateFlags>(generate));
  data
    .command("fetch")
    .description("download plain texts, without the header and footer of Project Gutenberg")
    .argument("<url...>", "addresses of texts, http or https")
    .option("--maximum-size <bytes>", "refuse texts larger than this", size, size("100MB"))
    .option("--overwrite", "replace files that are there")
    .requiredOption("--output <folder>", "folder that gets the texts", path)
    .action(action<FetchFlags>(fetchAll));
}

async function generate({ overwrite, ...options }: GenerateFlags, { signal }: CommandContext): Promise<void> {
  const shown = process.stderr.isTTY === true;
  const corpus = await generateCorpus(options, {
    overwrite,
    signal,
    onProgress: ({ texts, bytes }) =>
      void (shown && process.stderr.write(`\r${texts} of ${options.texts} texts, ${formatBytes(bytes)} `)),
  });
  if (shown) process.stderr.write("\r\x1b[K");
  console.log(
    `${plural(corpus.texts.length, "text")} about ${plural(options.topics, "topic")}, ${formatBytes(corpus.bytes)}, in ${options.output}`,
  );
  console.log(`what each is about: ${corpus.labels}`);
}

async function fetchAll(
  { output, overwrite, maximumSize }: FetchFlags,
  { signal, operands }: CommandContext,
): Promise<void> {
  await trustGivenAuthorities();
  await fetchTexts(operands, output, {
    overwrite,
    maximumBytes: maximumSize,
    signal,
    onText: (text) => console.log(fetched(text)),
  });
}

/** What came, and what of Project Gutenberg's was cut from it, so that one can see whether that was right. */
function fetched({ file, bytes, header, footer }: FetchedText): string {
  const cut = (what: string, from: string, part: Cut | undefined): string =>
    part === undefined
      ? `  no ${what} of Project Gutenberg recognised: nothing was cut from the ${from}`
      : `  cut from the ${from}: ${plural(part.lines, "line")}, from “${shownName(part.first)}” to “${shownName(part.last)}”`;
  const lines =
    header === undefined && footer === undefined
      ? ["  no header or footer of Project Gutenberg recognised: all of it was kept"]
      : [cut("header", "top", header), cut("footer", "end", footer)];
  return [`${file}: ${formatBytes(bytes)}`, ...lines].join("\n");
}

/** Sizes as people write them. */
function size(text: string): number {
  try {
    return parseBytes(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

/** A number from 0 to 1. */
function part(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be a number from 0 to 1.");
  return value;
}
