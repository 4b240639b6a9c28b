/** Finds the kernel specification that set-up has written. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../errors/index.ts";
import { projectFolder } from "../stack/index.ts";

/** How a kernel is started. */
export interface KernelSpec {
  /** Program and words; `{connection_file}` stands for the file of ports and key. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The folder that JUPYTER_PATH must name, so that Jupyter finds the kernel. */
export function jupyterFolder(): string {
  return join(projectFolder(), ".streambook", "jupyter");
}

/**
 * The kernel of the project.
 *
 * @throws SETUP_MISSING when set-up has not written it
 */
export async function readKernelSpec(): Promise<KernelSpec> {
  const file = join(jupyterFolder(), "kernels", "streambook", "kernel.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as KernelSpec;
  } catch (cause) {
    throw new StreambookError(
      "SETUP_MISSING",
      `there is no kernel for the notebooks (${file}); run \`npm run setup\``,
      {
        cause,
      },
    );
  }
}
