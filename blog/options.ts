/** The arguments of the command line, and what the environment and package.json say, as options of a build. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StreambookError } from "../lib/src/errors/index.ts";
import type { Place } from "./site.ts";

/** What `npm run blog` was asked for. */
export interface Options extends Place {
  readonly notebooks: string;
  readonly output: string;
  readonly format: "html" | "markdown";
  readonly watch: boolean;
  readonly port: number;
  readonly help: boolean;
}

const project = resolve(import.meta.dirname, "..");

/** What `--help` prints. */
export const helpText = `Usage: npm run blog -- [options]

Builds the guide from the notebooks, with the outputs that they keep, into blog/dist.

  --watch             serve it, and build and reload when a notebook or the theme changes
  --port <number>     where to serve it (default: 4100, or the next free one)
  --execute [names]   run the notebooks first, and keep their outputs (needs the services): --execute 03
  --base </path/>     the path under which it will be served (default: that of --site, or /)
  --site <address>    where it will be read; feed, sitemap and cards name it    (or BLOG_SITE)
  --repository <url>  where the project is kept; without it, no links lead there (or BLOG_REPOSITORY)
  --format markdown   one Markdown file for each lesson, into blog/markdown
  --notebooks <dir>   other notebooks than those of the course
  --output <dir>      another place for what is built
  --help              this`;

/** @throws USAGE */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Options {
  const { values } = parse(args);
  const format = values.format ?? "html";
  if (format !== "html" && format !== "markdown") throw usage(`--format needs html or markdown, not "${format}"`);
  const port = Number(values.port ?? 4100);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw usage(`--port needs a number from 0 to 65535, not "${values.port}"`);
  const base = values.base;
  if (base !== undefined && !/^\/([\w.~%-]+\/)*$/.test(base))
    throw usage(`--base needs a path with slashes at both ends, such as /guide/, not "${base}"`);
  if (values.watch === true && format === "markdown")
    throw usage("--watch serves pages; leave it out, or leave out --format markdown");
  return {
    notebooks: resolve(values.notebooks ?? join(project, "notebooks")),
    output: resolve(values.output ?? join(project, "blog", format === "html" ? "dist" : "markdown")),
    format,
    port,
    base,
    watch: values.watch === true,
    help: values.help === true,
    address: webAddress("--site", values.site ?? environment["BLOG_SITE"]),
    repository: repositoryOf(values.repository ?? environment["BLOG_REPOSITORY"]) ?? repositoryOf(packageRepository()),
  };
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const FLAGS = {
  ...{ watch: flag, help: flag },
  ...{ port: text, base: text, site: text, repository: text, format: text, notebooks: text, output: text },
};

/** Whether the build has a flag, such as `--output`. */
export function hasFlag(name: string): boolean {
  return Object.hasOwn(FLAGS, name.replace(/^--/, ""));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS });
  } catch (cause) {
    throw usage((cause as Error).message, cause);
  }
}

function usage(problem: string, cause?: unknown): StreambookError {
  return new StreambookError("USAGE", `${problem}; \`npm run blog -- --help\` shows the options`, { cause });
}

/** An address as it is written in others: encoded, and of a page, so without what is asked of it or who asks. */
function webAddress(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const address = URL.parse(text);
  if (address === null || !/^https?:$/.test(address.protocol))
    throw usage(`${name} needs an address such as https://example.org/guide/, not "${text}"`);
  if (/[?#]/.test(text) || address.username !== "" || address.password !== "")
    throw usage(`${name} needs an address without ?, # and a user's name, not "${text}"`);
  return address.href;
}

/** The repository as a page links to it: `git+https://…/name.git` and `github:owner/name` are ways to say the same. */
export function repositoryOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const address = text
    .replace(/^github:/, "https://github.com/")
    .replace(/^git@([^:]+):/, "https://$1/")
    .replace(/^git\+/, "")
    .replace(/^(ssh|git):\/\/(git@)?/, "https://")
    .replace(/^([\w.-]+\/[\w.-]+)$/, "https://github.com/$1")
    .replace(/(\.git)?\/?$/, "");
  return webAddress("--repository", address)?.replace(/\/$/, "");
}

function packageRepository(): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    repository?: string | { url?: string };
  };
  return typeof repository === "string" ? repository : repository?.url;
}
