/** Superset: where it is, who asks, and what is asked. */
import { parseAddress, reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { applyBoards, type Change, removeBoards } from "./apply.ts";
import type { Boards } from "./boards.ts";
import { exportBoards } from "./export.ts";
import { type ChartRow, chartRows } from "./rows.ts";
import { SupersetWire } from "./wire.ts";

/** Options of {@link openSuperset}. */
export interface SupersetOptions {
  /** `http://host:port`. */
  readonly address: string;
  /** @default "admin" */
  readonly user?: string;
  readonly password: string;
  /** Longest wait for one answer, in milliseconds. @default 60000 */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Options of everything that is asked. */
export interface SupersetRequest {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens Superset: logs in.
 *
 * @throws USAGE for an address that is none; SUPERSET_DENIED for a wrong password; UNREACHABLE when nothing answers there, or something
 *   that is not Superset
 *
 * @example
 * ```ts
 * import { openSuperset } from "streambook/superset";
 * import { addresses, credentials } from "streambook/stack";
 * const { dashboards: address = "" } = await addresses();
 * const { password = "" } = await credentials("superset");
 * const superset = await openSuperset({ address, password });
 * console.assert(superset.address === address);
 * ```
 */
export async function openSuperset(options: SupersetOptions): Promise<Superset> {
  const { address, user = "admin", password, timeout = 60_000, signal } = options;
  if (!address.startsWith("http://") || parseAddress(address.replace("http://", ""))?.host === undefined)
    throw new StreambookError(
      "USAGE",
      `the address of Superset must be of the form http://host:port, and is ${JSON.stringify(address)}`,
    );
  reachDirectly(address);
  const wire = new SupersetWire({ address, user, password, timeout });
  await wire.login(signal);
  return new Superset(wire);
}

/** Superset, as {@link openSuperset} gives it. */
export class Superset {
  readonly #wire: SupersetWire;

  /** For {@link openSuperset}. */
  constructor(wire: SupersetWire) {
    this.#wire = wire;
  }

  /** `http://host:port`. */
  get address(): string {
    return this.#wire.address;
  }

  /**
   * Makes Superset have what is declared: makes what is missing, changes what is different, and leaves alone what is as it should be.
   * Nothing is deleted; a chart that is declared no more is on no dashboard any more. Broken off, it may be done again.
   *
   * @returns what was made or changed; done again, nothing
   * @throws SupersetError with Superset's reasons; SUPERSET_DENIED; UNREACHABLE; USAGE for a declaration that contradicts itself
   */
  apply(boards: Boards, options: SupersetRequest = {}): Promise<Change[]> {
    return applyBoards(this.#wire, boards, options.signal);
  }

  /**
   * The rows that a chart shows, as Superset gets them by what it has stored of the chart. Their order is that of the database, which may be another each time.
   *
   * @param chart its name in the declaration
   * @throws NOT_FOUND when it was not made; SupersetError, also when the chart's database fails
   */
  rows(boards: Boards, chart: string, options: SupersetRequest = {}): Promise<ChartRow[]> {
    return chartRows(this.#wire, boards, chart, options.signal);
  }

  /**
   * What Superset has of the dashboards, as files of YAML by their paths: its own export, without what differs from one set-up to the
   * next (numbers, times, the address of the database), so that they can be kept, read and compared.
   *
   * @throws NOT_FOUND when a dashboard was not made; SupersetError
   */
  export(boards: Boards, options: SupersetRequest = {}): Promise<Map<string, string>> {
    return exportBoards(this.#wire, boards, options.signal);
  }

  /** Deletes what is declared, where it is there. @returns what was deleted @throws SupersetError */
  remove(boards: Boards, options: SupersetRequest = {}): Promise<Change[]> {
    return removeBoards(this.#wire, boards, options.signal);
  }
}
