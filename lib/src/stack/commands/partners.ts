/** Instances that have joined others before: what these have stored together may lie on any of them. */
import { readdir } from "node:fs/promises";
import { instancesOf, service, titleOf } from "../catalog/index.ts";
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
