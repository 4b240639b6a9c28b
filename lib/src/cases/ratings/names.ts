/** The names of the case. */
import { projectFile } from "../../project/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";

/** The topic of the ratings. */
export const TOPIC = "movie-ratings";
/** Its partitions. */
export const PARTITIONS = 4;

/** The schema of the ratings. */
export function ratingSchema(): Promise<Schema> {
  return loadSchema(projectFile("schemas", `${TOPIC}.json`));
}
