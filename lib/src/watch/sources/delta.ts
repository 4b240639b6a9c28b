/**
 * Tables of Delta on S3 as figures, from their logs: each commit says which files it adds, with their rows, and which it takes away.
 * Only commits that came since the last look are read.
 */
import { openS3, type S3 } from "../../s3/index.ts";
import type { Sample } from "../../metrics/index.ts";
import { type Addresses, credentials, knownAddresses } from "../../stack/index.ts";
import type { Source } from "./source.ts";
import { sum, tableFigures } from "./table-figures.ts";

/** Where a table has its log. */
const LOG = "_delta_log/";
/** How many folders deep a bucket is searched for tables, and how often, in milliseconds. */
const [DEPTH, SEARCH] = [3, 30_000];

/** Watches the S3 at the address that the stack has for it. */
export class DeltaSource implements Source {
  readonly title = "Tables on S3";
  readonly interval = 15_000;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #isStopped: (address: keyof Addresses) => boolean;
  #s3: { readonly address: string; readonly client: S3 } | undefined;
  #tables = new Map<string, DeltaTable>();
  #searched = -Infinity;

  /** @param isStopped whether the service at an address is not wanted now */
  constructor(environment: NodeJS.ProcessEnv, isStopped: (address: keyof Addresses) => boolean) {
    this.#environment = environment;
    this.#isStopped = isStopped;
  }

  async look(signal: AbortSignal): Promise<readonly Sample[]> {
    const { s3 } = await knownAddresses(this.#environment);
    const address = this.#isStopped("s3") ? undefined : s3;
    if (address !== this.#s3?.address) this.#leave();
    if (address === undefined) return [];
    try {
      this.#s3 ??= { address, client: await this.#open(address) };
      return await this.#look(this.#s3.client, signal);
    } catch (error) {
      this.#leave(); // another S3 may answer next
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
  }

  async #open(address: string): Promise<S3> {
    const { accessKey = "", secretKey = "" } = await credentials("s3", this.#environment);
    return openS3({ address, accessKey, secretKey, timeout: 5000, attempts: 1 });
  }

  #leave(): void {
    this.#s3?.client.close();
    this.#s3 = undefined;
    this.#tables = new Map();
    this.#searched = -Infinity;
  }

  async #look(s3: S3, signal: AbortSignal): Promise<Sample[]> {
    if (performance.now() - this.#searched > SEARCH) {
      const found = await findTables(s3, signal);
      this.#tables = new Map(found.map((table) => [table.name, this.#tables.get(table.name) ?? table]));
      this.#searched = performance.now();
    }
    for (const table of this.#tables.values()) await table.readOn(s3, signal);
    return [...this.#tables.values()].flatMap((table) => table.samples());
  }
}

async function findTables(s3: S3, signal: AbortSignal): Promise<DeltaTable[]> {
  const tables: DeltaTable[] = [];
  const search = async (bucket: string, folder: string, depth: number): Promise<void> => {
    const folders: string[] = [];
    for await (const name of s3.bucket(bucket).folders(folder, { signal })) folders.push(name);
    if (folders.includes(LOG)) return void tables.push(new DeltaTable(bucket, folder));
    // below a folder of a partition there are only more of them, and files
    const inside = depth === 0 ? [] : folders.filter((name) => !/^[._]|=/.test(name));
    for (const name of inside) await search(bucket, `${folder}${name}`, depth - 1);
  };
  for (const bucket of await s3.buckets({ signal })) await search(bucket, "", DEPTH);
  return tables;
}

/** An action of a commit: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions. */
interface Action {
  readonly add?: {
    readonly path: string;
    readonly size: number;
    /** JSON. */
    readonly stats?: string;
    readonly deletionVector?: { readonly cardinality: number };
  };
  readonly remove?: { readonly path: string };
}

/** A table, as far as its log has been read. */
export class DeltaTable {
  readonly bucket: string;
  /** "" or ending with a slash. */
  readonly folder: string;
  readonly #files = new Map<string, { readonly bytes: number; readonly rows: number | undefined }>();
  /** The name of the last commit that was read. */
  #last = "";
  /** Whether the first commits are gone: then files are there that no commit names. */
  #isCut = false;

  constructor(bucket: string, folder: string) {
    this.bucket = bucket;
    this.folder = folder;
  }

  /** As people call it: `bucket/folder`. */
  get name(): string {
    return `${this.bucket}/${this.folder}`.replace(/\/$/, "");
  }

  /** Reads the commits since the last one. */
  async readOn(s3: S3, signal: AbortSignal): Promise<void> {
    const [bucket, log] = [s3.bucket(this.bucket), `${this.folder}${LOG}`];
    for await (const { key } of bucket.list({ prefix: log, after: `${log}${this.#last}`, signal })) {
      const name = key.slice(log.length);
      if (!/^\d{20}\.json$/.test(name)) continue;
      if (this.#last === "" && Number.parseInt(name, 10) > 0) this.#isCut = true;
      this.apply(await bucket.getText(key, { signal }));
      this.#last = name;
    }
  }

  /** @param commit lines of JSON, an action each */
  apply(commit: string): void {
    const actions = commit.split("\n").flatMap((line) => (line.trim() === "" ? [] : [JSON.parse(line) as Action]));
    // A file that gets another deletion vector is taken away and added by one commit, in whatever order.
    for (const { remove } of actions) if (remove !== undefined) this.#files.delete(remove.path);
    for (const { add } of actions) {
      if (add === undefined) continue;
      const { numRecords } = JSON.parse(add.stats ?? "{}") as { readonly numRecords?: number };
      const rows = numRecords === undefined ? undefined : numRecords - (add.deletionVector?.cardinality ?? 0);
      this.#files.set(add.path, { bytes: add.size, rows });
    }
  }

  /** The figures of the newest version that was read; none where the log does not begin with the first. */
  samples(): Sample[] {
    if (this.#last === "" || this.#isCut) return [];
    return this.figures();
  }

  figures(): Sample[] {
    const files = [...this.#files.values()];
    const rows = files.every((file) => file.rows !== undefined) ? sum(files, (file) => file.rows ?? 0) : undefined;
    const bytes = sum(files, (file) => file.bytes);
    return tableFigures({ table: this.name, topic: "" }, { rows, files: files.length, bytes });
  }
}
