/** For tests that start services of their own where others are given: in a workspace, compose's. */
import { service, serviceNames } from "./catalog/index.ts";

/** An environment without what says that services run elsewhere. */
export function ownServices(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const addresses = serviceNames().flatMap((name) => Object.values(service(name).addresses ?? {}));
  const given = new Set(["STREAMBOOK_STACK", ...addresses.map(({ variable }) => variable)]);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !given.has(name)));
}
