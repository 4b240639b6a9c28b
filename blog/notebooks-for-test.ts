/** Small notebooks with outputs, for the tests of the guide. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Text, or code with what it has put out. */
export type TestCell =
  string | { readonly code: string; readonly tags?: readonly string[]; readonly outputs?: object[] };

/** A folder for notebooks and what is built from them; it is removed with `await using`. */
export class BlogFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<BlogFolder> {
    return new BlogFolder(await mkdtemp(join(tmpdir(), "streambook blog ")));
  }

  /** Writes a notebook and gives its path. */
  async write(name: string, cells: readonly TestCell[]): Promise<string> {
    const notebook = {
      cells: cells.map((cell) =>
        typeof cell === "string"
          ? { cell_type: "markdown", metadata: {}, source: cell.split(/(?<=\n)/) }
          : {
              cell_type: "code",
              metadata: cell.tags === undefined ? {} : { tags: cell.tags },
              source: cell.code,
              execution_count: 1,
              outputs: cell.outputs ?? [],
            },
      ),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    return this.writeText(`${name}.ipynb`, JSON.stringify(notebook));
  }

  async writeText(name: string, text: string): Promise<string> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Text on standard output. */
export function printed(text: string, name = "stdout"): object {
  return { output_type: "stream", name, text };
}

/** Something shown, by its MIME types. */
export function shown(data: object): object {
  return { output_type: "display_data", metadata: {}, data };
}
