/** The dashboards at the end of a run. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseRunOptions } from "../../case.ts";
import type { Comparison } from "../../report/compare-rows.ts";
import type { CasePicture } from "../../report/report.ts";
import { askSuperset, boardComparisons } from "../boards/answers.ts";
import { lakeBoards } from "../boards/boards.ts";
import { takeLakePictures } from "../boards/pictures.ts";
import { lakeNames } from "../names.ts";
import type { PlainLake } from "../plain/lake.ts";
import { boardsAccess, openLakeBoards } from "../services.ts";

/** What the dashboards have shown. */
export interface ShownBoards {
  readonly comparisons: readonly Comparison[];
  readonly pictures: readonly CasePicture[];
  /** Why there are no pictures. */
  readonly missing: string | undefined;
}

/** Makes the dashboards, asks Superset for the rows of each chart, and takes pictures of the pages. */
export async function showBoards(
  { addresses, signal }: Pick<CaseRunOptions, "addresses" | "signal">,
  { charts }: PlainLake,
): Promise<ShownBoards> {
  const superset = await openLakeBoards(addresses, signal);
  const boards = lakeBoards({ trino: addresses.trino ?? "", names: lakeNames() });
  await superset.apply(boards, { signal });
  const asked = boardComparisons(charts, await askSuperset(superset, boards, { signal }));
  const folder = await mkdtemp(join(tmpdir(), "streambook-dashboards-"));
  try {
    const access = await boardsAccess(addresses);
    const taken = await takeLakePictures({ ...access, boards, folder, signal }, charts);
    const pictures = await Promise.all(
      taken.pictures.map(async ({ slug, title, file }) => {
        const description = `The dashboard “${title}” in Superset, with the data of this run.`;
        return { id: slug, title, description, png: await readFile(file) };
      }),
    );
    return { comparisons: [...asked, ...taken.comparisons], pictures, missing: taken.missing };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
