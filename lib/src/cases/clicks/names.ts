/** What the case is called in the stores: its topics, its table, its folder. */
import { type Layout, type TopicOptions, topicLayout } from "../../ingest/index.ts";
import { projectFile } from "../../project/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";
import type { CaseTopic } from "../case.ts";

/** Clicks in the shop, what its users do besides, and what they buy; the key of each message is the user. */
const TOPICS = ["clickstream_raw", "user_events", "transactions"] as const;

/** Of each topic. */
export const PARTITIONS = 3;

/** The names that a run of the case works with. */
export interface ClicksNames {
  readonly topics: readonly CaseTopic[];
  /** The clean table, in Hive's metastore. */
  readonly table: string;
  /** Everything of the case on HDFS. */
  readonly folder: string;
  /** Consumer group of the raw events. */
  readonly group: string;
}

/**
 * The names of the case.
 *
 * @param suffix of all of them, for another shop beside the first @default none
 */
export function clicksNames(suffix = ""): ClicksNames {
  return {
    topics: TOPICS.map((topic) => ({ topic: `${topic}${suffix}`, partitions: PARTITIONS })),
    table: `clickstream_clean${suffix}`,
    folder: `/streambook/clicks${suffix}`,
    group: `clicks${suffix}`,
  };
}

/** Where messages are kept as they came: `topic=T/date=D/hour=H/T_{partition}_{first}-{last}.json`. */
export function rawFolder({ folder }: ClicksNames): string {
  return `${folder}/raw`;
}

/** How. */
export const rawLayout: Layout = topicLayout({ by: "hour", format: "ndjson" });

/** The schemas of the topics, each under the name of its topic. @throws SCHEMA_INVALID */
export function clicksSchemas({ topics }: ClicksNames): Promise<Schema[]> {
  return Promise.all(
    topics.map(async ({ topic }, index) => ({
      ...(await loadSchema(projectFile("schemas", `${TOPICS[index]}.json`))),
      name: topic,
    })),
  );
}

/** The topics as they are ingested. */
export async function rawTopics(names: ClicksNames): Promise<TopicOptions[]> {
  const schemas = await clicksSchemas(names);
  return schemas.map((schema) => ({
    topic: schema.name,
    schema,
    timeField: "timestamp",
    folder: rawFolder(names),
    layout: rawLayout,
  }));
}
