/** The lessons as Markdown files, for those who publish elsewhere: prose as it is, code in fences, outputs as they can be written. */
import { PLOTLY } from "../lib/src/notebook/index.ts";
import type { Files } from "./assets.ts";
import type { Block, CellOutput, Lesson } from "./lesson.ts";
import { linkOf } from "./links.ts";
import { figureTitle, isVisible, type PageFigure, settled, textOf } from "./outputs.ts";
import { plainText } from "./prose.ts";
import { sanitized } from "./sanitize.ts";
import type { Place } from "./site.ts";

/** One file for each lesson, and the pictures of its figures. */
export function markdownFiles(
  lessons: readonly Lesson[],
  { repository }: Place = {},
  onWarning: (warning: string) => void = () => undefined,
): Files {
  const files: Files = new Map();
  for (const lesson of lessons)
    files.set(`${lesson.name}.md`, lessonMarkdown(lesson, lessons, { repository, files, onWarning }));
  return files;
}

function lessonMarkdown(
  lesson: Lesson,
  lessons: readonly Lesson[],
  {
    repository,
    files,
    onWarning,
  }: {
    readonly repository: string | undefined;
    readonly files: Files;
    readonly onWarning: (warning: string) => void;
  },
): string {
  const { name, number, title, summary } = lesson;
  const link = linkOf(lesson, { lessons, repository });
  // Links between lessons lead to their Markdown; those that lead nowhere keep their words.
  const relinked = (text: string): string =>
    text.replaceAll(/(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g, (_, label: string, href: string) => {
      const target = link(href)?.replace(/^([\w-]+)\.html/, "$1.md");
      return target === undefined ? label : `[${label}](${target})`;
    });
  let pictures = 0;
  const addPicture = (bytes: Buffer): string => {
    const path = `pictures/${name}-${++pictures}.png`;
    files.set(path, bytes);
    return path;
  };
  const block = (part: Block): string => {
    if (part.kind === "prose") return relinked(part.text.trim());
    if (part.kind === "solution")
      return `<details>\n<summary>A solution</summary>\n\n${part.blocks.map(block).join("\n\n")}\n\n</details>`;
    const warn = (what: string): void => onWarning(`${part.where}: ${what}`);
    const outputs = part.outputs
      .map((output) => outputMarkdown(output, addPicture, warn))
      .filter((text) => text !== "");
    return [fenced(part.source, "typescript"), ...outputs].join("\n\n");
  };
  const yaml = (text: string): string => JSON.stringify(plainText(text));
  return [
    `---\ntitle: ${yaml(`${number === "" ? "" : `${number} · `}${title}`)}\ndescription: ${yaml(summary)}\n---`,
    `# ${number === "" ? "" : `${number} · `}${title}`,
    relinked(summary),
    ...lesson.blocks.map(block),
    "",
  ].join("\n\n");
}

function outputMarkdown(
  output: CellOutput,
  addPicture: (bytes: Buffer) => string,
  warn: (what: string) => void,
): string {
  if (output.output_type === "stream") return fenced(settled(textOf(output.text)), "text");
  if (output.output_type === "error")
    return fenced(`${textOf(output.ename)}: ${settled(textOf(output.evalue))}`, "text");
  const data = output.data ?? {};
  const picture = textOf(data["image/png"]);
  const words = textOf(data["text/plain"]).trim();
  if (picture !== "") {
    const figure = data[PLOTLY] as PageFigure["figure"] | undefined;
    const alt = figure === undefined ? "A picture" : figureTitle(figure);
    const caption = figure === undefined ? "" : `\n\n*${words.replace(/\s+/g, " ")}*`;
    return `![${alt.replace(/[[\]]/g, "")}](${addPicture(Buffer.from(picture, "base64"))})${caption}`;
  }
  const markdown = textOf(data["text/markdown"]).trim();
  if (markdown !== "") return markdown;
  if (words !== "") return fenced(settled(words), "text");
  const html = sanitized(textOf(data["text/html"]), { link: () => undefined }).trim();
  const types = Object.keys(data).join(", ");
  if (isVisible(html) || types === "") return html;
  warn(`an output of the type ${types} cannot be written as Markdown`);
  return `*An output of the type ${types}, which cannot be shown here.*`;
}

/** A fence longer than any inside. */
function fenced(text: string, language: string): string {
  if (text.trim() === "") return "";
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
