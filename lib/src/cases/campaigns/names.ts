/** What the case is called in the stores: its topic, its two tables, its folder. */
import { projectFile } from "../../project/index.ts";
import { type Field, loadSchema, type Schema } from "../../schema/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { ReplacedTable } from "../table/replaced-table.ts";
import { VIEWS_TOPIC } from "./generate.ts";

/** The names that a run of the case works with. */
export interface CampaignNames {
  /** The topic of the views. */
  readonly topic: string;
  /** The table of all views, as they came. */
  readonly views: string;
  /** The table of the report. */
  readonly report: string;
  /** The case's folder on HDFS. */
  readonly folder: string;
}

/** The names, unless others are said. */
export const campaignNames: CampaignNames = {
  topic: VIEWS_TOPIC,
  views: "ad_views",
  report: "views_report",
  folder: "/streambook/campaigns",
};

/** Partitions of the topic. */
export const PARTITIONS = 4;

/** What a run takes, and the commands name. */
export const caseNames = {
  name: "campaigns",
  topics: [{ topic: campaignNames.topic, partitions: PARTITIONS }],
  tables: [campaignNames.views, campaignNames.report],
  folder: campaignNames.folder,
} as const;

/** The column of the dates in the table of the views. */
export const viewDate: Field = { name: "event_date", type: "date", doc: "UTC date of end_timestamp" };

/** The columns of the report that its files hold. */
export const reportColumns: readonly Field[] = [
  { name: "campaign_id", type: "int", doc: "The campaign" },
  { name: "avg_duration", type: "double", doc: "Average time that its banners were in view, seconds" },
  { name: "total_count", type: "bigint", doc: "How many views ended in the minute" },
];

/** The columns of the report that are folders. */
export const reportPartitions: readonly Field[] = [
  { name: "network_id", type: "string", doc: "The network of the campaign, or unknown" },
  { name: "minute", type: "string", doc: "When the minute of event time begins, UTC: 2026-09-13T06-49-00Z" },
];

/** The schema of the topic, from its file. */
export function viewSchema(): Promise<Schema> {
  return loadSchema(projectFile("schemas", "ad-views.json"));
}

/** Where the report's stream keeps its checkpoint, and rows that are not committed. */
export function streamFolder({ folder }: CampaignNames): string {
  return `${folder}/stream`;
}

/** Opens the report, which is made if it is missing. @throws as `ReplacedTable.open` */
export function openReport(
  addresses: Pick<Addresses, "webhdfs" | "hive">,
  { report: name, folder }: CampaignNames,
  signal?: AbortSignal,
): Promise<ReplacedTable> {
  return ReplacedTable.open({
    ...{ addresses, name, columns: reportColumns, partitions: reportPartitions, madeBy: "campaigns", signal },
    folder: `${folder}/${name}`,
  });
}
