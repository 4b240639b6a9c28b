/** For tests that start services of their own, or want none, where others are given: in a workspace, compose's. */
import { service, serviceNames, services } from "./catalog/index.ts";
import type { Secrets } from "./secrets.ts";

/** What says that services run elsewhere, to be laid over an environment: each of these variables is undefined. */
export function noAddresses(): Record<string, undefined> {
  const named = serviceNames().map(service);
  const given = named.flatMap(({ addresses = {}, secrets = {} }) => [
    ...Object.values(addresses),
    ...Object.values(secrets),
  ]);
  const variables = ["STREAMBOOK_STACK", ...given.map(({ variable }) => variable)];
  return Object.fromEntries(variables.map((variable) => [variable, undefined]));
}

/** An environment without what says that services run elsewhere. */
export function ownServices(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const given = noAddresses();
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !(name in given)));
}

/** An environment with a key for every service that has some, as `.env` gives them to containers. */
export function keysForTest(): NodeJS.ProcessEnv {
  const secrets = services().flatMap(({ secrets = {} }) => Object.values(secrets));
  return Object.fromEntries(secrets.map(({ variable }) => [variable, `key-of-${variable}`]));
}

/** Keys of every service that has some. */
export function secretsForTest(): Secrets {
  return Object.fromEntries(
    services().map(({ name, secrets = {} }) => [
      name,
      Object.fromEntries(Object.keys(secrets).map((key) => [key, `key-of-${name}`])),
    ]),
  );
}
