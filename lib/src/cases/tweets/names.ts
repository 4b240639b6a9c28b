/** What the case is called in the stores: its topic, its buckets, its tables. */
import { projectFile } from "../../project/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";

/** The schema of the topic, from its file. */
export function tweetSchema(): Promise<Schema> {
  return loadSchema(projectFile("schemas", "tweets.json"));
}
