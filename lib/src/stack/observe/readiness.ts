/** Whether a service is up: it is asked something that only a working one answers. */
import { withTimeout } from "../../async/index.ts";
import { titleOf, service } from "../catalog/index.ts";
import { listens } from "./probes.ts";

/** How long one question may take, in milliseconds. */
const LIMIT = 5000;

/**
 * Whether somebody listens where a service is asked. While it starts, that costs a tenth of a question which nobody answers. Never throws.
 *
 * @param address as for {@link answers}; one that is not a host with a port counts as open
 */
export function isOpen(address: string, signal?: AbortSignal): Promise<boolean> {
  return listens(address, signal).catch(() => true);
}

/**
 * Whether a service works at this moment. Never throws.
 *
 * @param name of a service or an instance
 * @param address where it is asked: {@link askedAddress}
 */
export async function answers(name: string, address: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const ask = (limit: AbortSignal): Promise<boolean> => service(name).answers(address, limit);
    return await withTimeout(`${titleOf(name)} to answer`, LIMIT, ask, signal);
  } catch {
    return false;
  }
}

/**
 * Why a service that runs does not work, where it says so itself and time alone changes nothing: its disk is full. Never throws.
 *
 * @param address where it is asked, as for {@link answers}
 */
export async function complaintOf(name: string, address: string, signal?: AbortSignal): Promise<string | undefined> {
  const { complaint } = service(name);
  if (complaint === undefined || address === "") return undefined;
  try {
    const ask = (limit: AbortSignal): Promise<string | undefined> => complaint(address, limit);
    return await withTimeout(`${titleOf(name)} to answer`, LIMIT, ask, signal);
  } catch {
    return undefined;
  }
}
