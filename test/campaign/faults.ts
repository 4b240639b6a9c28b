/** What was done to the pipeline: every fault that has struck, and nothing that has missed. */
import { formatCount } from "../../lib/src/format/index.ts";

/** A kind of fault, for one and for several. */
export interface Category {
  readonly one: string;
  readonly many: string;
}

/** A fault that has struck. */
export interface Fault {
  /** Seconds since the campaign began. */
  readonly second: number;
  /** When it was over; absent for one that takes no time. */
  readonly until?: number;
  readonly category: string;
  /** Whom it struck, and with what. */
  readonly detail: string;
}

/** Someone who strikes. */
export interface Adversary {
  /** Strikes once or several times at once. Resolves when it is known what has struck; what lasts may go on. */
  volley(): Promise<void>;
  /** Ends what lasts, and leaves everything working. */
  heal(): Promise<void>;
}

/** Keeps faults, and counts them by kind. */
export class FaultLog {
  readonly faults: Fault[] = [];
  /** Strikes that have hit nothing; they do not count. */
  missed = 0;
  readonly #categories = new Map<string, Category>();
  readonly #began = performance.now();
  readonly #onFault: (fault: Fault) => void;

  constructor(onFault: (fault: Fault) => void = () => undefined) {
    this.#onFault = onFault;
  }

  /** Seconds since the campaign began. */
  get second(): number {
    return (performance.now() - this.#began) / 1000;
  }

  get count(): number {
    return this.faults.length;
  }

  /** Notes a fault that has struck. @param from when it began @default now */
  note(category: Category, detail: string, from = this.second, until?: number): void {
    this.#categories.set(category.one, category);
    const fault = { second: from, ...(until !== undefined && { until }), category: category.one, detail };
    this.faults.push(fault);
    this.#onFault(fault);
  }

  /** How many there were of each kind, the most frequent first. */
  get counts(): { readonly category: Category; readonly count: number }[] {
    const byCategory = Map.groupBy(this.faults, ({ category }) => category);
    return [...byCategory]
      .map(([one, faults]) => ({ category: this.#categories.get(one) as Category, count: faults.length }))
      .sort((a, b) => b.count - a.count || (a.category.one < b.category.one ? -1 : 1));
  }

  /** `250 faults: 120 kills of a consumer, 1 freeze of the producer` */
  get summary(): string {
    const parts = this.counts.map(
      ({ category, count }) => `${formatCount(count)} ${count === 1 ? category.one : category.many}`,
    );
    const total = `${formatCount(this.count)} ${this.count === 1 ? "fault" : "faults"}`;
    return parts.length === 0 ? total : `${total}: ${parts.join(", ")}`;
  }
}
