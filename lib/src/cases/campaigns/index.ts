/** Campaigns: views of banners, counted by the minute in which they ended, while some are still on their way. */
import type { Case } from "../case.ts";
import { adViews } from "./generate.ts";
import { caseNames } from "./names.ts";
import { runCampaigns } from "./run.ts";

/** The case. */
export const campaignsCase: Case = {
  ...caseNames,
  title: "Campaign views",
  does: "views of banners by the minute: event time, a watermark, and what comes late",
  services: ["core", "spark"],
  defaultEvents: 100_000,
  events: adViews,
  run: runCampaigns,
};

export { knownCampaigns, parseCampaigns, type Campaign } from "./dictionary.ts";
export { adViews, type AdView, VIEWS_PER_SECOND } from "./generate.ts";
export { expectedReport, minuteOf, timeOfMinute, type ExpectedReport, type ReportRow } from "./expected.ts";
export { campaignNames, viewSchema, type CampaignNames } from "./names.ts";
export { endJob, runJob, type CampaignAddresses, type JobOptions, type JobProgress } from "./job.ts";
export { type Tally } from "./tally.ts";
export { correct, type Correction, type MendOptions } from "./correct.ts";
export { compact, type Compaction } from "./compact.ts";
export { openMinutes, type OpenCount } from "./open-minutes.ts";
