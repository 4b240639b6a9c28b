import { isIPv6 } from "node:net";

/** A place of the network. */
export interface Address {
  /** A name, or an IP address (IPv6 without its brackets); undefined when only the port was given. */
  readonly host: string | undefined;
  /** TCP port, 1 to 65535. */
  readonly port: number;
}

/**
 * Host and port of `host:port`, `[IPv6]:port` or a port alone; blanks around it do not count. Of anything else, also of port 0,
 * where nothing can answer, undefined: the one who asked knows what to say.
 *
 * @example
 * ```ts
 * import { parseAddress } from "streambook/address";
 * console.assert(parseAddress("[::1]:9092")?.host === "::1");
 * console.assert(parseAddress("kafka") === undefined);
 * ```
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:(?<host>[A-Za-z0-9._-]+|\[[^\]]+\]):)?(?<port>\d{1,5})$/.exec(text.trim());
  const port = Number(match?.groups?.["port"]);
  if (match === null || port < 1 || port > 65_535) return undefined;
  const host = match.groups?.["host"];
  if (host?.startsWith("[") !== true) return { host, port };
  const inside = host.slice(1, -1);
  return isIPv6(inside) ? { host: inside, port } : undefined;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
