/** The texts before and after: what each source is, and whether the text that was rebuilt from its messages is the same. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { mapConcurrent } from "../../async/index.ts";
import { shownName, StreambookError } from "../../errors/index.ts";
import type { ReportText } from "../../report/index.ts";
import type { TextSurvey } from "../../stream/index.ts";
import { type Checksum, checksumOf } from "./large-file.ts";
import type { ProduceResult } from "../produce/produce.ts";
import type { RebuildReport } from "../rebuild/rebuild.ts";

/** A text as it is before the run. */
export interface Source extends Checksum {
  readonly file: string;
}

/** Files that are read at once. */
const AT_ONCE = 4;

/** The texts of a folder. */
export interface Sources {
  readonly folder: string;
  readonly sources: readonly Source[];
}

/** Reads the checksum of each text of a folder. @throws NOT_FOUND for one that has vanished; as {@link checksumOf} */
export function readSources({ folder, names }: TextSurvey, signal: AbortSignal | undefined): Promise<Source[]> {
  return mapConcurrent(names, AT_ONCE, async (file) => {
    try {
      return { file, ...(await checksumOf(join(folder, file), signal)) };
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === "ENOENT" ? vanished(file, cause) : cause;
    }
  });
}

/** The error of a text that is not there any more. */
export function vanished(file: string, cause?: unknown): StreambookError {
  return new StreambookError(
    "NOT_FOUND",
    `${shownName(file)} has vanished from the folder of texts since the run began; start again with a folder that stays as it is`,
    { cause },
  );
}

/**
 * Compares each source with the text that was rebuilt from its stream.
 *
 * @param folder where the rebuilt texts are
 */
export async function compare(
  { folder: data, sources }: Sources,
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
    const differs = async (): Promise<string> =>
      (await sameAs(join(data, file), before)) ? "the bytes differ" : "the source was changed while the run went on";
    const problem =
      result?.problem ?? (after === null ? "no text was rebuilt" : after === before ? undefined : await differs());
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

/** Whether a file still has a checksum. */
async function sameAs(path: string, sha256: string): Promise<boolean> {
  return checksumOf(path).then(
    (now) => now.sha256 === sha256,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
