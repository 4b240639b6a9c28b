/** The topics of the case, and where their messages are kept. */
import { join } from "node:path";
import { type Layout, type TopicOptions, topicLayout } from "../../ingest/index.ts";
import { projectFolder } from "../../project/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";
import type { CaseTopic } from "../case.ts";

/** Clicks in the shop, what its users do besides, and what they buy; the key of each message is the user. */
export const topics = ["clickstream_raw", "user_events", "transactions"] as const;

/** Of each topic. */
export const PARTITIONS = 3;
export const caseTopics: readonly CaseTopic[] = topics.map((topic) => ({ topic, partitions: PARTITIONS }));

/** Everything of the case on HDFS. */
export const FOLDER = "/streambook/clicks";
/** Messages as they came: `topic=T/date=D/hour=H/T_{partition}_{first}-{last}.json`. */
export const RAW_FOLDER = `${FOLDER}/raw`;
export const rawLayout: Layout = topicLayout({ by: "hour", format: "ndjson" });

/** The schemas of the topics. @throws SCHEMA_INVALID */
export function loadSchemas(): Promise<Schema[]> {
  return Promise.all(topics.map((topic) => loadSchema(join(projectFolder(), "schemas", `${topic}.json`))));
}

/** The topics as they are ingested. */
export async function rawTopics(): Promise<TopicOptions[]> {
  const schemas = await loadSchemas();
  return schemas.map((schema) => ({
    topic: schema.name,
    schema,
    timeField: "timestamp",
    folder: RAW_FOLDER,
    layout: rawLayout,
  }));
}
