/** Fills the templates of `conf/` with hosts, ports and folders. */
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { instanceNames, libraries, service } from "../catalog/index.ts";
import { makeFolder, projectFile } from "../../project/index.ts";
import { type Layout } from "../layout.ts";
import { placeOf, type Topology } from "../place.ts";
import type { Library, Place } from "../service.ts";
import { writeAtomically } from "../state.ts";

/** What the templates are filled with. */
export interface Settings {
  readonly topology: Topology;
  /** The user that the services know. */
  readonly user: string;
  readonly layout: Layout;
}

/**
 * Writes what some services read of `conf/` to the home. A folder of the name of a service holds its own configuration,
 * written once for each of its instances; any other is read by several services.
 */
export async function renderConfiguration(names: readonly string[], settings: Settings): Promise<void> {
  const values = await templateValues(names, settings);
  const written = new Set<string>();
  for (const name of names) {
    const { configuration, configurationBeside = {}, name: own, program } = service(name);
    for (const folder of configuration) {
      const target = folder === own ? name : folder;
      if (written.has(target)) continue;
      written.add(target);
      const filled = folder === own ? withOwn(values, name, settings) : values;
      const { running } = settings.topology;
      const isUseful = (file: string): boolean => {
        const beside = folder === own ? configurationBeside[file] : undefined;
        return beside === undefined || running.has(beside);
      };
      await renderFolder(folder, join(settings.layout.conf, target), filled, isUseful);
    }
    const wanted = program.kind === "java" ? (program.library.configurationFolders ?? []) : [];
    for (const folder of wanted) await makeFolder(join(settings.layout.conf, folder));
  }
}

/** @param isUseful whether a file is filled; what was filled of others before is removed */
async function renderFolder(
  folder: string,
  target: string,
  values: ReadonlyMap<string, string>,
  isUseful: (file: string) => boolean,
): Promise<void> {
  const source = projectFile("conf", folder);
  if (!existsSync(source))
    throw new StreambookError("INTERNAL", `a service asks for conf/${folder}, which is not there`);
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = relative(source, join(entry.parentPath, entry.name));
    if (!isUseful(file)) {
      await rm(join(target, file), { force: true });
      continue;
    }
    const text = await readFile(join(source, file), "utf8");
    await writeAtomically(join(target, file), render(text, values, { xml: file.endsWith(".xml") }));
  }
}

/** The values by placeholder: `namenode.rpc` → `8020`. */
export async function templateValues(
  names: readonly string[],
  { topology, user, layout }: Settings,
): Promise<Map<string, string>> {
  const values = new Map<string, string>([
    ["bind", topology.bind],
    ["user", user],
    ["data", layout.data],
    ["conf", layout.conf],
    ["jars", layout.jars],
    ["arguments", join(layout.conf, "arguments")],
  ]);
  for (const name of instanceNames())
    for (const [key, value] of valuesOf(name, topology, layout)) values.set(`${name}.${key}`, value);
  for (const library of librariesBehind(names))
    for (const [key, value] of Object.entries((await library.values?.(layout)) ?? {})) values.set(key, value);
  return values;
}

/**
 * The libraries whose values the configuration of some services asks for: not only their own. HiveServer2 reads the folder of
 * Hadoop, and is alone in its container.
 */
function librariesBehind(names: readonly string[]): Set<Library> {
  const folders = new Set(names.flatMap((name) => service(name).configuration));
  return new Set(libraries().filter(({ configuration }) => configuration.some((folder) => folders.has(folder))));
}

/** All that is known of one instance: its host, its ports, its values. */
function valuesOf(name: string, topology: Topology, layout: Layout): [string, string][] {
  if (topology.ports[name] === undefined) return [];
  const at: Place = placeOf(name, topology, layout);
  const ports = Object.entries(topology.ports[name]).map(([purpose, port]): [string, string] => [
    purpose,
    String(port),
  ]);
  const secrets = Object.entries(topology.secrets?.[name] ?? {});
  return [["host", at.host()], ...ports, ...secrets, ...Object.entries(service(name).values?.(at) ?? {})];
}

/** The values with those of an instance under `self` as well. */
function withOwn(
  values: ReadonlyMap<string, string>,
  name: string,
  { topology, layout }: Settings,
): Map<string, string> {
  const own = valuesOf(name, topology, layout).map(([key, value]): [string, string] => [`self.${key}`, value]);
  return new Map([...values, ["self.name", name], ...own]);
}

/**
 * Replaces every `{{name}}` of a template.
 *
 * @throws INTERNAL for a name that has no value
 */
export function render(template: string, values: ReadonlyMap<string, string>, { xml = false } = {}): string {
  return template.replace(/\{\{([\w.-]+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined)
      throw new StreambookError("INTERNAL", `a template in conf/ asks for {{${name}}}, which nothing fills`);
    return xml ? value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") : value;
  });
}
