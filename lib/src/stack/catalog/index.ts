/**
 * The services that there are: one file each, beside this one. A file that is put here is a service; nothing else names it.
 */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import type { JavaProgram, Library, PythonPackages, Service } from "../service.ts";

/** The profile of the services that start when none is named. */
export const CORE = "core";

let known: readonly Service[] | undefined;

/** Every service, in the order in which a person thinks of them: each behind those it needs. */
export function services(): readonly Service[] {
  known ??= readCatalog(import.meta.dirname);
  return known;
}

function readCatalog(folder: string): Service[] {
  // Not `import`: the answer is wanted at once, and the library has no `await` at the top of a module.
  const load = createRequire(import.meta.url);
  const ending = extname(import.meta.filename); // `.ts` here, `.js` in `dist`
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !/^index\.|\.(?:test|d)\.ts$/.test(name))
    .map((name) => (load(join(folder, name)) as { default: Service }).default)
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}

/** The names of all services, without further instances. */
export function serviceNames(): string[] {
  return services().map(({ name }) => name);
}

/** Every name that a process can have: `kafka`, and `kafka-2`, `kafka-3` for services that may run several times. */
export function instanceNames(): string[] {
  return services().flatMap(instancesOf);
}

/** The names of a service's instances, the first one's first. */
export function instancesOf({ name, instances }: Service): string[] {
  const further = Array.from({ length: (instances?.most ?? 1) - 1 }, (_, index) => `${name}-${index + 2}`);
  return [name, ...further];
}

/** The profile of an instance: its service's, or that of further ones. */
export function profileOf(name: string): string {
  const { profile, instances, name: first } = service(name);
  return name === first ? profile : (instances?.profile ?? profile);
}

/** A service and which of its instances a name means: 1 for the first. */
export function findInstance(name: string): { readonly service: Service; readonly number: number } | undefined {
  const [, base = name, number = "1"] = /^(.*)-([2-9])$/.exec(name) ?? [];
  const service = services().find((one) => one.name === base);
  if (service === undefined || Number(number) > (service.instances?.most ?? 1)) return undefined;
  return { service, number: Number(number) };
}

/** Whether a text is the name of a service, or of one of its instances. */
export function isServiceName(name: string): boolean {
  return findInstance(name) !== undefined;
}

/**
 * The service of a name.
 *
 * @param name of a service or of an instance: `kafka`, `kafka-2`
 * @throws USAGE for a name that is neither
 */
export function service(name: string): Service {
  const found = findInstance(name);
  if (found !== undefined) return found.service;
  throw new StreambookError("USAGE", `there is no service "${name}"; there are ${serviceNames().join(", ")}`);
}

/** What people call an instance: the service's title, with its number if it is not the first. */
export function titleOf(name: string): string {
  const { number = 1 } = findInstance(name) ?? {};
  return number === 1 ? service(name).title : `${service(name).title} ${number}`;
}

/** Names for several services at once: `all`, the profiles, and groups such as `hdfs`. */
export function serviceGroups(): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([["all", serviceNames()]]);
  const add = (group: string | undefined, names: readonly string[]): void => {
    if (group !== undefined && !isServiceName(group)) groups.set(group, [...(groups.get(group) ?? []), ...names]);
  };
  for (const one of services()) {
    add(one.profile, [one.name]);
    add(one.group, [one.name]);
    add(one.instances?.profile, instancesOf(one));
  }
  return groups;
}

/**
 * The services of one name, without what they need.
 *
 * @throws USAGE for a name that is neither a service nor a group
 */
export function membersOf(name: string): readonly string[] {
  if (isServiceName(name)) return [name];
  const group = serviceGroups().get(name);
  if (group !== undefined) return group;
  const known = [...serviceGroups().keys(), ...serviceNames()].join(", ");
  throw new StreambookError("USAGE", `there is no service "${name}"; there are ${known}`);
}

/**
 * The instances that names and group names stand for, with all that they need, in the order of the catalogue.
 *
 * @param names nothing stands for the core
 * @throws USAGE for a name that is neither a service nor a group
 *
 * @example
 * ```ts
 * import { resolveServices } from "streambook/stack";
 * console.assert(resolveServices(["hive"]).join() === "namenode,datanode,hiveserver2");
 * ```
 */
export function resolveServices(names: readonly string[] = []): string[] {
  const wanted = new Set<string>();
  const add = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    needsOf(name).forEach(add);
  };
  for (const name of names.length === 0 ? [CORE] : names) membersOf(name).forEach(add);
  return inOrder(wanted);
}

/** What an instance needs directly: what its service needs, and the first instance if it is a further one. */
export function needsOf(name: string): readonly string[] {
  const { needs, name: first } = service(name);
  return name === first ? needs : [...needs, first];
}

/**
 * What must be ready before an instance starts, if it runs: what it waits for and uses, and the first instance of its service, or all
 * before it where they start in turn.
 */
export function waitedFor(name: string): readonly string[] {
  const one = service(name);
  const { after, uses = [], instances } = one;
  const all = instancesOf(one);
  const before = all.slice(0, all.indexOf(name));
  return [...after, ...uses, ...(instances?.inTurn === true ? before : before.slice(0, 1))];
}

/** Whether an instance starts when the others work, and nobody waits for it. */
export function isInBackground(name: string): boolean {
  return service(name).inBackground === true;
}

/** Instances in the order of the catalogue. */
export function inOrder(names: Iterable<string>): string[] {
  const wanted = new Set(names);
  return instanceNames().filter((name) => wanted.has(name));
}

/**
 * The libraries of some services that are Java programs; of all by default. Each once, in the order of the catalogue.
 *
 * @param beside further services that run, for which programs have extensions
 */
export function libraries(names: readonly string[] = serviceNames(), beside: Iterable<string> = []): Library[] {
  const running = new Set([...names, ...beside]);
  const found = names.flatMap((name) => {
    const { program } = service(name);
    return program.kind === "java" ? [program.library, ...extensionsOf(program, (other) => running.has(other))] : [];
  });
  return [...new Map(found.map((library) => [library.name, library])).values()];
}

/** The further libraries that a program is given while other services run. */
export function extensionsOf({ extensions = [] }: JavaProgram, runs: (name: string) => boolean): Library[] {
  return extensions.filter(({ beside }) => runs(beside)).map(({ library }) => library);
}

/** The Python environments of some services, each once. */
export function pythonPackages(names: readonly string[]): PythonPackages[] {
  const found = names.flatMap((name) => {
    const { program } = service(name);
    return program.kind === "python" ? [program.packages] : [];
  });
  return [...new Map(found.map((packages) => [packages.name, packages])).values()];
}
