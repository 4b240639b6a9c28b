/** What happens to networks, on purpose: a way to a server that is slow, breaks, falls silent, or is parted. */
export { FaultyLink } from "./faulty-link.ts";
