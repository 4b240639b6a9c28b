/** Whether a service is up: it is asked something that only a working one answers. */
import { withTimeout } from "../async/index.ts";
import { titleOf, service } from "./catalog/index.ts";

/** How long one question may take, in milliseconds. */
const LIMIT = 5000;

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
