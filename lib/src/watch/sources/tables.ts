/**
 * Tables on HDFS as figures, without a query: the names of the data files say which offsets they hold. Only folders that have changed
 * since the last look are listed again.
 */
import { isStreambookError } from "../../errors/index.ts";
import { type FileStatus, Hdfs } from "../../hdfs/index.ts";
import { parseFileName, parseRawFileName, RAW_FOLDER, tableFolders, topicOfStreamFile } from "../../ingest/index.ts";
import type { Sample } from "../../metrics/index.ts";
import { type Addresses, knownAddresses } from "../../stack/index.ts";
import type { Source } from "./source.ts";
import { sum, tableFigures } from "./table-figures.ts";

/** Where Hive keeps the tables that it makes itself, as conf/hive/hive-site.xml says; what ends with `.db` is a database. */
const HIVE = "/warehouse";
/** Where tables are: every folder in one of these is one. */
const PLACES = [tableFolders.warehouse, RAW_FOLDER, HIVE] as const;

/** What is in a folder, without the folders in it. */
interface Content {
  readonly modified: number;
  readonly folders: readonly string[];
  readonly files: readonly FileStatus[];
}

/** Watches the HDFS at the address that the stack has for it. */
export class TablesSource implements Source {
  readonly title = "Tables on HDFS";
  readonly interval = 10_000;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #isStopped: (address: keyof Addresses) => boolean;
  #hdfs: Hdfs | undefined;
  #folders = new Map<string, Content>();

  /** @param isStopped whether the service at an address is not wanted now */
  constructor(environment: NodeJS.ProcessEnv, isStopped: (address: keyof Addresses) => boolean) {
    this.#environment = environment;
    this.#isStopped = isStopped;
  }

  async look(signal: AbortSignal): Promise<readonly Sample[]> {
    const { webhdfs } = await knownAddresses(this.#environment);
    const address = this.#isStopped("webhdfs") ? undefined : webhdfs;
    if (address !== this.#hdfs?.address) this.#moveTo(address);
    if (this.#hdfs === undefined) return [];
    try {
      return await this.#tables(this.#hdfs.withSignal(signal));
    } catch (error) {
      this.#moveTo(undefined); // another HDFS may answer next
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hdfs?.close();
  }

  #moveTo(address: string | undefined): void {
    this.#hdfs?.close();
    this.#hdfs = address === undefined ? undefined : new Hdfs({ address, timeout: 5000, retry: { attempts: 1 } });
    this.#folders = new Map();
  }

  async #tables(hdfs: Hdfs): Promise<Sample[]> {
    const seen = new Map<string, Content>();
    const samples: Sample[] = [];
    const databases: string[] = [];
    for (const place of PLACES) {
      for (const folder of await listIfThere(hdfs, place)) {
        if (folder.type !== "folder") continue;
        if (place === HIVE && folder.name.endsWith(".db")) databases.push(folder.path);
        else samples.push(...(await this.#table(hdfs, folder, folder.name, seen)));
      }
    }
    for (const database of databases) {
      const prefix = database.slice(HIVE.length + 1, -".db".length);
      for (const folder of await listIfThere(hdfs, database))
        if (folder.type === "folder")
          samples.push(...(await this.#table(hdfs, folder, `${prefix}.${folder.name}`, seen)));
    }
    this.#folders = seen;
    return samples;
  }

  async #table(
    hdfs: Hdfs,
    { path, modified }: FileStatus,
    name: string,
    seen: Map<string, Content>,
  ): Promise<Sample[]> {
    const files: FileStatus[] = [];
    await this.#collect(hdfs, path, modified.getTime(), seen, files);
    return tableSamples(name, files);
  }

  /** A folder with folders in it is always listed: a change in one of those does not change it. */
  async #collect(
    hdfs: Hdfs,
    path: string,
    modified: number,
    seen: Map<string, Content>,
    files: FileStatus[],
  ): Promise<void> {
    let content = this.#folders.get(path);
    if (content === undefined || content.modified !== modified || content.folders.length > 0) {
      const listed = await listIfThere(hdfs, path);
      const folders = listed.filter(({ type, name }) => type === "folder" && isVisible(name));
      for (const folder of folders) await this.#collect(hdfs, folder.path, folder.modified.getTime(), seen, files);
      content = {
        modified,
        folders: folders.map((folder) => folder.path),
        files: listed.filter(({ type, name }) => type === "file" && isVisible(name)),
      };
    }
    seen.set(path, content);
    for (const file of content.files) files.push(file);
  }
}

/** Names that begin so are hidden from Hive and MapReduce. */
function isVisible(name: string): boolean {
  return !/^[._]/.test(name);
}

async function listIfThere(hdfs: Hdfs, path: string): Promise<FileStatus[]> {
  try {
    return await hdfs.list(path);
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return [];
    throw error;
  }
}

/** The figures of a table, by the topics whose messages its files hold. */
export function tableSamples(table: string, files: readonly Pick<FileStatus, "name" | "length">[]): Sample[] {
  const named = files.map(({ name, length }) => {
    const range = parseFileName(name) ?? parseRawFileName(name);
    const rows = range === undefined ? undefined : Number(range.last - range.first) + 1;
    return { topic: range?.topic ?? topicOfStreamFile(name) ?? "", rows, length };
  });
  return [...Map.groupBy(named, ({ topic }) => topic)].flatMap(([topic, some]) => {
    const labels = { table: table.replace(/^topic=/, ""), topic };
    const known = some.filter(({ rows }) => rows !== undefined);
    // only a checkpoint knows what files of a stream on Spark hold
    const rows = known.length === 0 ? undefined : sum(known, (file) => file.rows ?? 0);
    return tableFigures(labels, { rows, files: some.length, bytes: sum(some, (file) => file.length) });
  });
}
