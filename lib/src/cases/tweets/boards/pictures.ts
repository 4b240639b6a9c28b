/** Pictures of the dashboards, where there is a browser; and what their pages drew, compared with the plain answer. */
import { isStreambookError } from "../../../errors/index.ts";
import type { BoardPicture, PictureOptions } from "../../../superset/index.ts";
import type { Comparison } from "../../report/compare-rows.ts";
import { type BoardAnswers, boardComparisons, drawnAnswers } from "./answers.ts";

/** What came of taking pictures. */
export interface LakePictures {
  readonly pictures: readonly BoardPicture[];
  /** What each page drew, compared with the plain answer; nothing without pictures. */
  readonly comparisons: readonly Comparison[];
  /** Why there are no pictures; undefined when there are. */
  readonly missing: string | undefined;
}

/**
 * Takes a picture of each dashboard. Without a browser there are none, and it is said why.
 *
 * @param plain what each chart shows by the plain answer
 * @throws SupersetError when a chart shows an error; SUPERSET_DENIED; TIMEOUT; UNREACHABLE
 */
export async function takeLakePictures(options: PictureOptions, plain: BoardAnswers): Promise<LakePictures> {
  const { takePictures } = await import("../../../superset/index.ts");
  try {
    const pictures = await takePictures(options);
    return { pictures, comparisons: boardComparisons(plain, drawnAnswers(pictures), "Drawn"), missing: undefined };
  } catch (error) {
    if (!isStreambookError(error, "SETUP_MISSING")) throw error;
    return { pictures: [], comparisons: [], missing: error.message };
  }
}
