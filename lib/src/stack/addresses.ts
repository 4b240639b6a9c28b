/** Where the services are: from the state file of the embedded stack, or from the environment for an external one. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setting } from "../../../setup/settings.mjs";
import { parseAddress, reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { CORE, service, services } from "./catalog/index.ts";
import { homeFolder } from "../project/index.ts";
import type { Addresses, Service } from "./service.ts";

export type { Addresses } from "./service.ts";

/**
 * The addresses of the services that run, under the names that clients know them by.
 *
 * Those of a service that runs elsewhere come from the environment (`STREAMBOOK_KAFKA`, `STREAMBOOK_WEBHDFS`, …;
 * `STREAMBOOK_STACK=external` says that all of the core do); the others from `state.json` in the {@link homeFolder}, written
 * by `streambook up`.
 *
 * @throws STACK_DOWN when the stack is not running; USAGE when an external address is missing
 */
export async function addresses(environment: NodeJS.ProcessEnv = process.env): Promise<Addresses> {
  const known = await knownAddresses(environment);
  const core = services().filter(({ profile }) => profile === CORE);
  const names = core.flatMap(({ addresses: offers = {} }) => Object.keys(offers));
  if (names.some((name) => known[name] === undefined)) {
    const file = stateFile(environment);
    throw new StreambookError("STACK_DOWN", `the stack is not running (no ${file})`, { hint: { start: [] } });
  }
  return known as unknown as Addresses;
}

/** Those addresses that are known now, of services that run here or elsewhere. */
export async function knownAddresses(
  environment: NodeJS.ProcessEnv,
): Promise<Readonly<Partial<Record<string, string>>>> {
  const state = await readFile(stateFile(environment), "utf8")
    .then((text) => JSON.parse(text) as { addresses: Record<string, string> })
    .catch(() => undefined);
  return { ...state?.addresses, ...externalAddresses(environment) };
}

function stateFile(environment: NodeJS.ProcessEnv): string {
  return join(homeFolder(environment), "state.json");
}

/**
 * The host of a service of which only the port was given: this machine, or the one where the environment has that service.
 *
 * @param name of its address: "kafka", "hive"
 * @throws USAGE when its external address is missing
 */
export function hostOf(name: keyof Addresses, environment: NodeJS.ProcessEnv = process.env): string {
  const owner = ownerOf(name);
  if (owner === undefined || !isExternal(owner.name, environment)) return "127.0.0.1";
  const [first = ""] = externalAddress(owner, name, environment).split(",");
  return first.replace(/:\d+$/, "");
}

/** The service that is at an address. @param name of the address: "kafka", "webhdfs" */
export function ownerOf(name: string): Service | undefined {
  return services().find(({ addresses = {} }) => Object.hasOwn(addresses, name));
}

/**
 * Whether a service runs elsewhere: the environment names its address, or says so of all the core.
 *
 * @param name of a service or of one of its instances
 */
export function isExternal(name: string, environment: NodeJS.ProcessEnv): boolean {
  const { asked, profile } = service(name);
  const variable = ownerOf(asked)?.addresses?.[asked]?.variable;
  if (variable !== undefined && setting(variable, environment) !== undefined) return true;
  return profile === CORE && allExternal(environment);
}

/** Whether the environment says that all services of the core run elsewhere. */
export function allExternal(environment: NodeJS.ProcessEnv): boolean {
  return setting("STREAMBOOK_STACK", environment) === "external";
}

/**
 * The addresses of the services that run elsewhere.
 *
 * @throws USAGE when one of a service's several addresses is missing, or is none
 */
export function externalAddresses(environment: NodeJS.ProcessEnv): Partial<Record<string, string>> {
  const external = services().filter(({ name }) => isExternal(name, environment));
  const places = external.flatMap((one) =>
    Object.keys(one.addresses ?? {}).map((key) => [key, externalAddress(one, key, environment)] as const),
  );
  reachDirectly(...places.flatMap(([, place]) => place.split(",")));
  return Object.fromEntries(places);
}

function externalAddress({ addresses = {} }: Service, key: string, environment: NodeJS.ProcessEnv): string {
  const { variable = "", scheme, isList = false } = addresses[key] ?? {};
  const value = setting(variable, environment);
  if (value === undefined) throw missingAddress(variable, environment);
  const begin = scheme === undefined ? "" : `${scheme}://`;
  const places = (isList ? value.split(",") : [value]).map((one) => {
    const text = one.trim();
    return text.startsWith(begin) ? text.slice(begin.length).replace(scheme === undefined ? "" : /\/$/, "") : "";
  });
  if (places.every((place) => parseAddress(place)?.host !== undefined))
    return places.map((place) => begin + place).join(",");
  const several = isList ? `, or several with commas between them` : "";
  throw new StreambookError(
    "USAGE",
    `${variable} is "${value}"; give an address of the form ${begin}host:port${several}`,
  );
}

function missingAddress(variable: string, environment: NodeJS.ProcessEnv): StreambookError {
  const why = allExternal(environment) ? 'STREAMBOOK_STACK is "external"' : "another address of that service is set";
  return new StreambookError("USAGE", `${why} but ${variable} is not set; set it to the address of that service`);
}
