/** What a writer should know of the notebooks before they are published; none of it keeps the site from being built. */
import { basename } from "node:path";
import type { Lesson } from "./lesson.ts";

/** One line for each thing. */
export function warnings(lessons: readonly Lesson[]): string[] {
  return lessons.flatMap(({ file, summary, blocks }) => {
    const name = basename(file);
    const code = blocks.filter((block) => block.kind === "code");
    const failed = code.filter(
      ({ outputs, tags }) =>
        !tags.includes("expect-error") && outputs.some(({ output_type }) => output_type === "error"),
    ).length;
    const silent = code.length > 0 && code.every(({ outputs }) => outputs.length === 0);
    return [
      ...(summary === "" ? [`${name} has no summary; write a sentence below its title`] : []),
      ...(failed > 0
        ? [`${name} shows errors in ${failed} of its cells; run it again with \`npm run blog -- --execute\``]
        : []),
      ...(silent ? [`${name} has no outputs; \`npm run blog -- --execute\` runs it first`] : []),
    ];
  });
}
