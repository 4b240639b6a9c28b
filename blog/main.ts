/** `npm run blog`: builds the guide once, or serves it while one writes. */
import { relative } from "node:path";
import { dieWithParent, outliveOutput } from "../lib/bin/signals.mjs";
import { describeError } from "../lib/src/cli/hints.ts";
import { exitCodeOf, isStreambookError } from "../lib/src/errors/index.ts";
import { formatBytes, formatSeconds, plural } from "../lib/src/format/index.ts";
import { markdownFiles } from "./markdown-files.ts";
import { hasFlag, helpText, type Options, parseOptions } from "./options.ts";
import { putInPlace } from "./put-in-place.ts";
import { LOCAL_ADDRESS, readLessons, siteFiles } from "./site.ts";
import { serve } from "./watch.ts";
import { warnings } from "./warnings.ts";

/** Builds what the options ask for, and says so in a line. */
async function build(options: Options): Promise<void> {
  const started = performance.now();
  const lessons = await readLessons(options.notebooks);
  const warn = (warning: string): void => console.error(`blog: ${warning}`);
  warnings(lessons).forEach(warn);
  const files =
    options.format === "html" ? await siteFiles(lessons, options, warn) : markdownFiles(lessons, options, warn);
  await putInPlace(files, options.output);
  const bytes = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  const seconds = formatSeconds((performance.now() - started) / 1000);
  const where = relative(process.cwd(), options.output) || ".";
  console.log(`blog: ${plural(lessons.length, "lesson")}, ${formatBytes(bytes)} in ${where}, built in ${seconds}`);
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) return console.log(helpText);
  if (options.watch) return serve(options, build);
  await build(options);
  if (options.format === "markdown") return;
  if (options.address === undefined)
    console.log(
      `blog: feed, sitemap and cards name ${LOCAL_ADDRESS}; give --site when it is to be published elsewhere`,
    );
  console.log("blog: open index.html, or `npm run blog -- --watch` serves it");
}

dieWithParent();
outliveOutput();
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(isStreambookError(error) ? `blog: ${describeError(error, hasFlag)}` : error);
  process.exitCode = exitCodeOf(error);
}
