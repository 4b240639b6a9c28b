/** JupyterLab, for the commands that open or fetch it. */
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { pythonProgram } from "../stack/index.ts";

/** JupyterLab, pinned in `stack/jupyterlab`; nothing else of the core needs Python. */
export const JUPYTERLAB = { name: "jupyterlab", megabytes: 320 } as const;

/** JupyterLab's program; installed first if it is missing. */
export async function installedJupyter(signal: AbortSignal): Promise<string> {
  try {
    return await pythonProgram(JUPYTERLAB, "jupyter-lab", {
      signal,
      onProgress: ({ message }) => console.error(`  ${message}`),
    });
  } catch (cause) {
    if (!isStreambookError(cause, "SETUP_MISSING")) throw cause;
    const instead = "or run the notebooks without a browser: npm run notebooks";
    throw new StreambookError("SETUP_MISSING", `${cause.message}\n  ${instead}`, { cause });
  }
}
