/** The versions of what runs, read from the one table of them: stack/pom.xml. */
import { readFile } from "node:fs/promises";
import { projectFile } from "../project/index.ts";
import { libraries, resolveServices } from "./catalog/index.ts";

/**
 * The versions of the programs of some services, by name: `kafka`, `hadoop`, `hive`, `tez`, `derby`.
 *
 * @param names services and groups @default the core
 */
export async function versions(names?: readonly string[]): Promise<Record<string, string>> {
  const text = await readFile(projectFile("stack", "pom.xml"), "utf8");
  const version = (name: string): string => new RegExp(`<${name}\\.version>([^<]+)</`).exec(text)?.[1] ?? "unknown";
  const found = libraries(resolveServices(names)).flatMap(({ name, versions: all = [name] }) => all);
  return Object.fromEntries(found.map((name) => [name, version(name)]));
}
