/** The versions of what runs, read from the one table of them: stack/pom.xml. */
import { readFile } from "node:fs/promises";
import { projectFile } from "../project/index.ts";
import { libraries, resolveServices } from "./catalog/index.ts";

/** The versions of the core's programs, by name: `kafka`, `hadoop`, `hive`, `tez`, `derby`. */
export async function versions(): Promise<Record<string, string>> {
  const text = await readFile(projectFile("stack", "pom.xml"), "utf8");
  const version = (name: string): string => new RegExp(`<${name}\\.version>([^<]+)</`).exec(text)?.[1] ?? "unknown";
  const names = libraries(resolveServices()).flatMap(({ name, versions: all = [name] }) => all);
  return Object.fromEntries(names.map((name) => [name, version(name)]));
}
