/** The versions of what runs, read from the one table of them: stack/pom.xml. */
import { readFile } from "node:fs/promises";
import { projectFile } from "../project/index.ts";

/** Versions by name: `kafka`, `hadoop`, `hive`, `tez`, `derby`. */
export interface Versions {
  readonly kafka: string;
  readonly hadoop: string;
  readonly hive: string;
  readonly tez: string;
  readonly derby: string;
}

/** The versions of the stack's services. */
export async function versions(): Promise<Versions> {
  const text = await readFile(projectFile("stack", "pom.xml"), "utf8");
  const version = (name: string): string => new RegExp(`<${name}\\.version>([^<]+)</`).exec(text)?.[1] ?? "unknown";
  return {
    kafka: version("kafka"),
    hadoop: version("hadoop"),
    hive: version("hive"),
    tez: version("tez"),
    derby: version("derby"),
  };
}
