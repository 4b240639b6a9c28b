/** What the live page shows, kept up to date by what the job hears and what is asked of Spark. Nothing here asks anyone. */
import { clusterColour, defaultConfig, type Figure } from "../../../plot/index.ts";
import { type MinuteCount, minutesFigure, openCounts, sumByMinute } from "../figures/minutes.ts";
import type { OpenCount } from "../open-minutes.ts";
import type { Tally } from "../tally.ts";

/** The page at one moment. */
export interface LiveSnapshot {
  /** By the id of their place in the page. */
  readonly figures: Readonly<Record<"minutes" | "late", Figure>>;
  /** Numbers, as they are shown, by the id of their place. */
  readonly numbers: Readonly<Record<(typeof liveNumbers)[number]["id"], string>>;
}

/** The numbers of the page. */
export const liveNumbers = [
  { id: "read", name: "messages counted" },
  { id: "watermark", name: "watermark, UTC" },
  { id: "behind", name: "behind the newest view" },
  { id: "late", name: "late, left out" },
  { id: "doubled", name: "sent twice, counted once" },
  { id: "rate", name: "messages a second" },
] as const;

/** Minutes that are shown, and batches. */
const SHOWN = { minutes: 30, batches: 60 } as const;

/** Views of a network in a minute that the report has. */
export interface ClosedCount {
  readonly network_id: string;
  readonly minute: string;
  readonly views: number;
}

/** The report as it grows. */
export class LiveReport {
  readonly #closed = new Map<string, MinuteCount>();
  #open: readonly MinuteCount[] = [];
  /** Late views of the last batches. */
  readonly #batches: { readonly batch: number; readonly late: number }[] = [];
  #tally: Tally = { batch: -1, late: 0, doubled: 0, unseen: 0 };
  #read = 0;
  #rate = 0;

  /** A batch has ended. @param rate messages a second, as Spark says */
  addBatch(tally: Tally, { numInputRows, rate }: { readonly numInputRows: number; readonly rate: number }): void {
    if (this.#tally.batch >= 0) this.#batches.push({ batch: tally.batch, late: tally.late - this.#tally.late });
    if (this.#batches.length > SHOWN.batches) this.#batches.shift();
    this.#tally = tally;
    this.#read += numInputRows;
    this.#rate = rate;
  }

  /** Minutes that are open, as Spark's state has them. */
  setOpen(counts: readonly OpenCount[]): void {
    this.#open = sumByMinute(openCounts(counts));
  }

  /** Minutes that the report has. */
  addClosed(counts: readonly ClosedCount[]): void {
    for (const { network_id: network, minute, views } of counts)
      this.#closed.set(`${minute} ${network}`, { network, minute, views, isOpen: false });
    const shown = new Set(
      [...new Set([...this.#closed.values()].map(({ minute }) => minute))].sort().slice(-SHOWN.minutes),
    );
    for (const [key, { minute }] of this.#closed) if (!shown.has(minute)) this.#closed.delete(key);
  }

  snapshot(): LiveSnapshot {
    const { watermark, newest, late, doubled } = this.#tally;
    const open = this.#open.filter(({ minute, network }) => !this.#closed.has(`${minute} ${network}`));
    const minutes = [...this.#closed.values(), ...open].sort((a, b) => (a.minute < b.minute ? -1 : 1));
    const number = new Intl.NumberFormat("en");
    const behind =
      watermark === undefined || newest === undefined ? undefined : Math.round((newest - watermark) / 1000);
    return {
      figures: { minutes: minutesFigure(minutes, { watermark, newest }), late: lateFigure(this.#batches) },
      numbers: {
        read: number.format(this.#read),
        watermark: watermark === undefined ? "–" : new Date(watermark).toISOString().slice(11, 19),
        behind: behind === undefined ? "–" : `${behind} s`,
        late: number.format(late),
        doubled: number.format(doubled),
        rate: number.format(Math.round(this.#rate)),
      },
    };
  }
}

function lateFigure(batches: readonly { readonly batch: number; readonly late: number }[]): Figure {
  return {
    data: [
      {
        type: "bar",
        x: batches.map(({ batch }) => batch),
        y: batches.map(({ late }) => late),
        marker: { color: clusterColour(1) },
        hovertemplate: "batch %{x}: %{y} views came behind the watermark<extra></extra>",
      },
    ],
    layout: {
      height: 220,
      margin: { l: 8, r: 16, t: 8, b: 48 },
      dragmode: false,
      showlegend: false,
      xaxis: { fixedrange: true, title: { text: "batch" }, tickformat: "d" },
      yaxis: { fixedrange: true, title: { text: "late views" }, rangemode: "tozero", tickformat: "d" },
    },
    config: defaultConfig,
  };
}
