/** The texts before and after: what each source is, and whether the text that was rebuilt from its messages is the same. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { mapConcurrent } from "../../async/index.ts";
import type { ReportText } from "../../report/index.ts";
import { type Checksum, checksumOf } from "./large-file.ts";
import type { ProduceResult } from "../produce/produce.ts";
import type { RebuildReport } from "../rebuild/rebuild.ts";

/** A text as it is before the run. */
export interface Source extends Checksum {
  readonly file: string;
}

/** Files that are read at once. */
const AT_ONCE = 4;

/** Reads the checksum of each file of a folder. @throws as {@link checksumOf} */
export function readSources(
  folder: string,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Source[]> {
  return mapConcurrent(files, AT_ONCE, async (file) => ({ file, ...(await checksumOf(join(folder, file), signal)) }));
}

/**
 * Compares each source with the text that was rebuilt from its stream.
 *
 * @param folder where the rebuilt texts are
 */
export async function compare(
  sources: readonly Source[],
  produced: ProduceResult,
  rebuilt: RebuildReport,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<ReportText[]> {
  const byFile = new Map(produced.texts.map((text) => [text.file, text]));
  const byStream = new Map(rebuilt.texts.map((text) => [text.streamId, text]));
  return mapConcurrent(sources, AT_ONCE, async ({ file, bytes, sha256: before }): Promise<ReportText> => {
    const stream = byFile.get(file);
    const found = stream === undefined ? undefined : byStream.get(stream.streamId);
    const result = found?.uri === stream?.uri ? found : undefined;
    const path = result?.file === undefined ? undefined : join(folder, result.file);
    const after = path !== undefined && (await exists(path)) ? (await checksumOf(path, signal)).sha256 : null;
    const problem =
      result?.problem ?? (after === null ? "no text was rebuilt" : after === before ? undefined : "the bytes differ");
    return {
      file,
      uri: stream?.uri ?? null,
      bytes,
      sha256: before,
      rebuiltSha256: after,
      identical: after === before,
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
