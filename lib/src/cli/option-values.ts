/** What the values of options may be: each parser gives the value, or says what it must be. */
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { formatAddress, parseAddress } from "../address/index.ts";
import { isoUtc } from "../schema/index.ts";
import { hostOf } from "../stack/index.ts";

/** An option's parser for whole numbers of at least `minimum`; anything else is wrong usage. */
export function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      const range = maximum === Number.MAX_SAFE_INTEGER ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** An option's parser for positive numbers, fractions allowed. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** An option's parser for parts of a whole, from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be a share from 0 to 1.");
  return value;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** An option's parser for lengths of time: `30s`, `10m`, `1h`, `1d`. Gives seconds. */
export function timeSpan(text: string): number {
  const [, value = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(value) * (SECONDS[unit] ?? NaN);
  if (!Number.isFinite(seconds)) throw new InvalidArgumentError("It must be a length of time, such as 30s, 10m or 1h.");
  return seconds;
}

/** An option's parser for moments: ISO 8601 in UTC, or `now`. */
export function moment(text: string): Date {
  const date = text === "now" ? new Date() : new Date(isoUtc.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("It must be a time such as 2026-09-13T06:45:00Z, or now.");
  return date;
}

/** An option's parser for files and folders: absolute, so that a message about it says where was looked. */
export function path(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must be a path, and is empty.");
  return resolve(text);
}

/** An option's parser for TCP ports. */
export const port = wholeNumber(0, 65535);

/** An option's parser for a service of which several addresses may be given, with commas between them, each as for {@link serviceAddress}. */
export function serviceAddresses(service: "kafka"): (text: string) => string {
  const one = serviceAddress(service);
  return (text) => text.split(",").map(one).join(",");
}

/** An option's parser for a service of the stack: `9092` means where the stack has it, `host:9092` elsewhere. */
export function serviceAddress(service: "kafka" | "hive"): (text: string) => string {
  return (text) => hostAndPort(text, () => hostOf(service));
}

/** An option's parser for `host:port`; a port alone means this machine, or the host that is given. */
export function hostAndPort(text: string, host: () => string = () => "127.0.0.1"): string {
  const address = parseAddress(text);
  if (address === undefined)
    throw new InvalidArgumentError("It must be a port or host:port, with a port from 1 to 65535.");
  return formatAddress(address.host ?? host(), address.port);
}
