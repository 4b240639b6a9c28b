/** Instances that have joined others before: what these have stored together may lie on any of them, and none may work without the others. */
import { readdir } from "node:fs/promises";
import { instanceNames, instancesOf, service, titleOf } from "../catalog/index.ts";
import type { Layout } from "../layout.ts";

/**
 * What to say of instances that have stored something, and are not started with the others of their service; undefined without any.
 *
 * @param names the instances that run, or are about to
 */
export async function absentPartners(
  { data }: Pick<Layout, "data">,
  names: readonly string[],
): Promise<string | undefined> {
  const stored = new Set(await readdir(data).catch((): string[] => []));
  const storages = new Set(names.map(service).filter(({ isStorage }) => isStorage === true));
  const absent = [...storages].flatMap(instancesOf).filter((name) => stored.has(name) && !names.includes(name));
  if (absent.length === 0) return undefined;
  const have = absent.length === 1 ? "has joined and is" : "have joined and are";
  return `${absent.map(titleOf).join(" and ")} ${have} not started: part of what was stored may be out of reach until ${absent.join(" and ")} ${absent.length === 1 ? "is" : "are"} up`;
}

/**
 * Further instances that have stored something and decide by majority with those that are named: they start with these, as none
 * works before most of them run.
 */
export async function quorumPartners(
  { data }: Pick<Layout, "data">,
  names: readonly string[],
): Promise<readonly string[]> {
  const stored = new Set(await readdir(data).catch((): string[] => []));
  const services = new Set(names.map((name) => service(name)).filter(({ instances }) => instances?.isQuorum === true));
  return [...services].flatMap((one) => instancesOf(one).slice(1)).filter((name) => stored.has(name));
}

/** Whether those that are left of an instance's service, when some have ended, are too few to decide anything. */
export function endsQuorum(name: string, running: Iterable<string>, ending: readonly string[]): boolean {
  const { instances, name: own } = service(name);
  if (instances?.isQuorum !== true) return false;
  const all = [...running].filter((other) => service(other).name === own);
  const left = all.filter((other) => !ending.includes(other));
  return all.length > 2 && left.length * 2 <= all.length;
}

/**
 * Running instances that start again when others have joined, so that they know them; those last on which the others have counted
 * so far.
 *
 * @param joined those that had joined before
 */
export function toldOfPartners(
  starting: readonly string[],
  running: ReadonlySet<string>,
  joined: readonly string[],
): readonly string[] {
  const isNew = (name: string): boolean => service(name).name !== name && !running.has(name) && !joined.includes(name);
  const grown = new Set(
    starting.filter((name) => service(name).instances?.isQuorum === true && isNew(name)).map((name) => service(name)),
  );
  return instanceNames()
    .filter((name) => running.has(name) && grown.has(service(name)))
    .reverse();
}
