/** The case as the command line knows it. */
import type { Case } from "../case.ts";
import { clicks } from "./events/generate.ts";
import { clicksNames } from "./names.ts";
import { runClicks } from "./run.ts";

const { topics, table, folder } = clicksNames();

/** Clicks in a shop: kept as they come, made clean by the hour. */
export const clicksCase: Case = {
  name: "clicks",
  title: "Clicks by the hour",
  does: "clicks in a shop, kept as they come and made clean by the hour",
  services: ["core", "spark"],
  topics,
  tables: [table],
  folder,
  defaultEvents: 200_000,
  events: clicks,
  run: runClicks,
};
