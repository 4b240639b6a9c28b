/** Whether YARN has room for an application that stays: one without room waits, and says nothing. */
import { delay } from "../../../async/index.ts";
import { StreambookError } from "../../../errors/index.ts";
import { askJson } from "../../observe/probes.ts";

/** What an application asks of YARN, in megabytes by what it is for. */
export type Demand = Readonly<Record<string, number>>;

interface Metrics {
  readonly activeNodes: number;
  readonly totalMB: number;
  readonly availableMB: number;
  readonly appsRunning: number;
}

/** How long a NodeManager may take to report, in milliseconds: it may be starting at this moment. */
const NODE_LIMIT = 60_000;
/** How long there may be no room, in milliseconds: what has just ended is counted a moment longer. */
const ROOM_LIMIT = 10_000;

/**
 * Waits for a NodeManager, and looks whether it has room.
 *
 * @param title what people call the application
 * @throws STACK_DOWN when no NodeManager comes; YARN_FULL when there is not enough room: what was asked, and what there is
 */
export async function demandRoom(title: string, resourceManager: string, demand: Demand): Promise<void> {
  const began = performance.now();
  for (;;) {
    const metrics = await metricsOf(resourceManager);
    const waited = performance.now() - began;
    const hasNode = metrics !== undefined && metrics.activeNodes > 0;
    if (hasNode && hasRoom(metrics, demand)) return;
    if (hasNode && waited > ROOM_LIMIT) throw outOfRoom(title, resourceManager, metrics, demand);
    if (waited > NODE_LIMIT)
      throw new StreambookError(
        "STACK_DOWN",
        `${title} is to work on YARN at ${resourceManager}, which has no running NodeManager`,
        { hint: { start: ["yarn"] } },
      );
    await delay(250);
  }
}

async function metricsOf(resourceManager: string): Promise<Metrics | undefined> {
  try {
    const answer = await askJson(`${resourceManager}/ws/v1/cluster/metrics`, AbortSignal.timeout(5000));
    return (answer as { clusterMetrics?: Metrics }).clusterMetrics;
  } catch {
    return undefined; // it is not there yet
  }
}

function hasRoom({ availableMB }: Metrics, demand: Demand): boolean {
  return sumOf(demand) <= availableMB;
}

function sumOf(demand: Demand): number {
  return Object.values(demand).reduce((sum, megabytes) => sum + megabytes, 0);
}

function outOfRoom(title: string, resourceManager: string, metrics: Metrics, demand: Demand): StreambookError {
  const { totalMB, availableMB, appsRunning } = metrics;
  const parts = Object.entries(demand).map(([what, megabytes]) => `${megabytes} MB for ${what}`);
  const running = `${appsRunning} running ${appsRunning === 1 ? "application" : "applications"}`;
  return new StreambookError(
    "YARN_FULL",
    `${title} asks YARN for ${sumOf(demand)} MB (${parts.join(", ")}), and ${availableMB} MB of its ${totalMB} MB are free, beside ${running}; end what runs there, or wait for it: ${resourceManager}/cluster/apps/RUNNING`,
  );
}
