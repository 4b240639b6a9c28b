/** Keys and passwords of the services: each set-up makes its own, and keeps them with what the services store. */
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setting } from "../../../setup/settings.mjs";
import { StreambookError } from "../errors/index.ts";
import { homeFolder } from "../project/index.ts";
import { isExternal } from "./addresses.ts";
import { service } from "./catalog/index.ts";
import type { Layout } from "./layout.ts";
import type { Secret } from "./service.ts";
import { writeAtomically } from "./state.ts";

/** Keys and passwords by service and name. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * The keys and passwords of some services: those that were made before, and new ones where there were none. Of services that
 * run elsewhere, those of the environment. Several instances of a service have those of the first.
 *
 * @throws USAGE when a service runs elsewhere and the environment has not all of its keys
 */
export async function demandSecrets(
  layout: Pick<Layout, "home">,
  instances: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Secrets> {
  const names = [...new Set(instances.map((name) => service(name).name))];
  const file = secretsFile(layout.home);
  const known = await readSecrets(file);
  const own = names.filter((name) => !isExternal(name, environment));
  const made = { ...known, ...Object.fromEntries(own.flatMap((name) => withNew(name, known[name]))) };
  if (JSON.stringify(made) !== JSON.stringify(known))
    await writeAtomically(file, `${JSON.stringify(made, undefined, 2)}\n`);
  const given = names.filter((name) => isExternal(name, environment));
  return { ...made, ...Object.fromEntries(given.map((name) => [name, givenSecrets(name, environment)])) };
}

/** A service with all its keys, if it has some. */
function withNew(name: string, known: Secrets[string] = {}): [string, Secrets[string]][] {
  const wanted = Object.entries(service(name).secrets ?? {});
  if (wanted.length === 0) return [];
  return [[name, Object.fromEntries(wanted.map(([key, { length }]) => [key, known[key] ?? randomText(length)]))]];
}

/**
 * The keys and passwords by which clients reach a service: `{ accessKey, secretKey }`. They are there once the service has been
 * started; those of one that runs elsewhere are in the environment.
 *
 * @param name of the service
 * @throws STACK_DOWN when it was never started; USAGE when it runs elsewhere and the environment has not all of its keys
 *
 * @example
 * ```ts
 * import { openS3 } from "streambook/s3";
 * import { addresses, credentials } from "streambook/stack";
 * const { s3: address = "" } = await addresses();
 * const { accessKey = "", secretKey = "" } = await credentials("s3");
 * await using s3 = await openS3({ address, accessKey, secretKey });
 * console.assert((await s3.buckets()).length >= 0);
 * ```
 */
export async function credentials(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Secrets[string]> {
  if (isExternal(name, environment)) return givenSecrets(name, environment);
  const { title, secrets = {} } = service(name);
  const known = (await readSecrets(secretsFile(homeFolder(environment))))[service(name).name] ?? {};
  if (Object.keys(secrets).some((key) => known[key] === undefined))
    throw new StreambookError("STACK_DOWN", `${title} has never been started here, so there are no keys for it`, {
      hint: { start: [name] },
    });
  return known;
}

/**
 * The keys and passwords of a service in the environment.
 *
 * @throws USAGE when one is missing, or too short to be one
 */
export function givenSecrets(name: string, environment: NodeJS.ProcessEnv): Secrets[string] {
  const { title, secrets = {} } = service(name);
  return Object.fromEntries(
    Object.entries(secrets).map(([key, secret]) => [key, givenSecret(title, secret, environment)]),
  );
}

/** What is shorter is guessed. */
const SHORTEST = 12;

function givenSecret(title: string, { title: what, variable }: Secret, environment: NodeJS.ProcessEnv): string {
  const value = setting(variable, environment);
  if (value === undefined)
    throw new StreambookError(
      "USAGE",
      `${variable} is not set: give the ${what} of ${title}; nothing has one by default`,
    );
  if (value.length < SHORTEST || /[^!-~]/.test(value))
    throw new StreambookError(
      "USAGE",
      `${variable} cannot be the ${what} of ${title}; give at least ${SHORTEST} letters, digits or signs, without blanks`,
    );
  return value;
}

function secretsFile(home: string): string {
  return join(home, "data", "secrets.json");
}

async function readSecrets(file: string): Promise<Secrets> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return {};
  try {
    return checked(JSON.parse(text));
  } catch (cause) {
    throw new StreambookError(
      "SETUP_MISSING",
      `the services' keys in ${file} cannot be read; remove the file, and the next start generates new ones`,
      { cause },
    );
  }
}

/** @throws TypeError for what is not texts by service and name */
function checked(value: unknown): Secrets {
  const isObject = (one: unknown): one is object => typeof one === "object" && one !== null && !Array.isArray(one);
  const isKeys = (keys: unknown): boolean =>
    isObject(keys) && Object.values(keys).every((key) => typeof key === "string");
  if (isObject(value) && Object.values(value).every(isKeys)) return value as Secrets;
  throw new TypeError("not keys by service and name");
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"; // none that looks like another

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}
