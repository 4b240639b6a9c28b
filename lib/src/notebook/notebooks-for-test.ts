/** Small notebooks for the tests: cells as texts, an expected error marked by its tag. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXPECTED_ERROR } from "./run.ts";

/** A code cell, or one of another kind or with tags. */
export type TestCell =
  string | { readonly source: string; readonly tags?: readonly string[]; readonly prose?: boolean };

/** A cell that must show an error. */
export function failing(source: string): TestCell {
  return { source, tags: [EXPECTED_ERROR] };
}

/** A cell of prose. */
export function prose(source: string): TestCell {
  return { source, prose: true };
}

/** A folder of notebooks, with a blank in its name as a user's may have. */
export class TestFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param parent where it is made; inside the project, the notebooks can import its library */
  static async make(parent = tmpdir()): Promise<TestFolder> {
    await mkdir(parent, { recursive: true });
    return new TestFolder(await mkdtemp(join(parent, "note books ")));
  }

  /** Writes a notebook and gives its path. */
  async write(name: string, cells: readonly TestCell[]): Promise<string> {
    const file = join(this.path, `${name}.ipynb`);
    const notebook = {
      cells: cells.map((cell, index) => {
        const { source, tags, prose: text } = typeof cell === "string" ? { source: cell } : cell;
        const common = {
          id: `cell-${index}`,
          metadata: tags === undefined ? {} : { tags },
          source: source.split(/(?<=\n)/),
        };
        return text === true
          ? { cell_type: "markdown", ...common }
          : { cell_type: "code", execution_count: null, outputs: [], ...common };
      }),
      metadata: { kernelspec: { display_name: "TypeScript (streambook)", language: "typescript", name: "streambook" } },
      nbformat: 4,
      nbformat_minor: 5,
    };
    await writeFile(file, `${JSON.stringify(notebook, undefined, 1)}\n`);
    return file;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
