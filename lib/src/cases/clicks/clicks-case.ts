/** The case as the command line knows it. */
import type { Case } from "../case.ts";
import { clicks } from "./events/generate.ts";
import { CLEAN_TABLE } from "./hours/clean-table.ts";
import { runClicks } from "./run.ts";
import { caseTopics, FOLDER } from "./topics.ts";

/** Clicks in a shop: kept as they come, made clean by the hour. */
export const clicksCase: Case = {
  name: "clicks",
  title: "Clicks by the hour",
  does: "clicks in a shop, kept as they come and made clean by the hour",
  services: ["core", "spark"],
  topics: caseTopics,
  tables: [CLEAN_TABLE],
  folder: FOLDER,
  defaultEvents: 200_000,
  events: clicks,
  run: runClicks,
};
