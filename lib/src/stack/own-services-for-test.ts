/** For tests that start services of their own, or want none, where others are given: in a workspace, compose's. */
import { service, serviceNames } from "./catalog/index.ts";

/** What says that services run elsewhere, to be laid over an environment: each of these variables is undefined. */
export function noAddresses(): Record<string, undefined> {
  const addresses = serviceNames().flatMap((name) => Object.values(service(name).addresses ?? {}));
  const variables = ["STREAMBOOK_STACK", ...addresses.map(({ variable }) => variable)];
  return Object.fromEntries(variables.map((variable) => [variable, undefined]));
}

/** An environment without what says that services run elsewhere. */
export function ownServices(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const given = noAddresses();
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !(name in given)));
}
