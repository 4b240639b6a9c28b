/**
 * The disks of HDFS and Kafka are full, for real, and freed. Each is a file system of its own in memory, whose size is set to what it
 * holds: the next write of a service fails with "No space left on device". Linux lets its users do that in a namespace of their own.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { messageOf, StreambookError } from "../../lib/src/errors/index.ts";
import { Hdfs } from "../../lib/src/hdfs/index.ts";
import type { Random } from "../../lib/src/random/index.ts";
import { addresses, claimedHome, status } from "../../lib/src/stack/index.ts";
import type { Adversary, FaultLog } from "./faults.ts";
import type { Pipeline } from "./pipeline.ts";
import { isAlive } from "./services.ts";

const run = promisify(execFile);
/** What each disk may hold while it is not full. It takes memory only for what it holds. */
const SIZE = "2g";
const PAGE = 4096;
/** Longest wait for a full disk to be felt, in seconds. */
const LONGEST = 25;

/** Runs a program again, in a namespace where it may mount, as `unshare` gives it to every user. */
export function inOwnNamespace(program: readonly string[]): number {
  const root = process.getuid?.() === 0;
  const how = [...(root ? [] : ["--user", "--map-root-user"]), "--mount", "--propagation", "private"];
  const test = spawnSync("unshare", [...how, "true"], { encoding: "utf8" });
  if (test.status !== 0)
    throw new StreambookError(
      "SETUP_MISSING",
      `a full disk needs a file system of its own, and this machine lets nobody mount one (unshare ${how.join(" ")}: ${(test.stderr ?? test.error?.message ?? "").trim()}); it takes Linux with user namespaces, or root`,
    );
  const { status: code, signal } = spawnSync("unshare", [...how, process.execPath, ...process.execArgv, ...program], {
    stdio: "inherit",
  });
  return code ?? (signal === "SIGINT" ? 130 : 1);
}

/** A disk of a service. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts a disk where a service of the stack is to keep its things. */
  static async mount(service: string): Promise<SmallDisk> {
    const folder = join(await claimedHome(), "data", service);
    await mkdir(folder, { recursive: true });
    await run("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=0700`, "streambook-campaign", folder]);
    return new SmallDisk(folder);
  }

  /** Leaves no room. */
  async fill(): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      const { blocks, bfree, bsize } = await statfs(this.folder);
      const used = (blocks - bfree) * bsize;
      // A write that came between makes it fail: it would be smaller than what it holds.
      const isDone = await run("mount", ["-o", `remount,size=${used + PAGE}`, this.folder]).then(
        () => true,
        () => false,
      );
      if (isDone) return;
      await sleep(20);
    }
    throw new Error(`${this.folder} could not be filled`);
  }

  async free(): Promise<void> {
    await run("mount", ["-o", `remount,size=${SIZE}`, this.folder]);
  }

  async unmount(): Promise<void> {
    await this.free();
    await run("umount", ["--lazy", this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface DiskOptions {
  readonly pipeline: Pipeline;
  readonly disks: { readonly kafka: SmallDisk; readonly datanode: SmallDisk };
  /** Starts what does not run. */
  readonly up: () => Promise<void>;
  readonly signal: AbortSignal;
}

export class Disks implements Adversary {
  readonly #options: DiskOptions;
  readonly #random: Random;
  readonly #log: FaultLog;

  constructor(options: DiskOptions, random: Random, log: FaultLog) {
    [this.#options, this.#random, this.#log] = [options, random, log];
  }

  /** Fills one disk or both, waits until that is felt and a little longer, and frees it. */
  async volley(): Promise<void> {
    const { disks } = this.#options;
    const random = this.#random;
    const which = random.weighted([4, 3, 2]);
    const hold = random.next() * 4000;
    const full: Promise<void>[] = [];
    if (which !== 1) full.push(this.#full("HDFS", disks.datanode, hold, () => this.#refusesFiles()));
    if (which !== 0) full.push(this.#full("Kafka", disks.kafka, hold, await this.#hasDied("kafka")));
    await Promise.all(full);
    await this.heal();
  }

  async #full(what: string, disk: SmallDisk, hold: number, isFelt: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#options;
    const from = this.#log.second;
    let felt: boolean;
    try {
      await disk.fill();
      const end = performance.now() + LONGEST * 1000;
      for (felt = await isFelt(); !felt && performance.now() < end; felt = await isFelt())
        await sleep(200, undefined, { signal });
      await sleep(hold, undefined, { signal });
    } finally {
      await disk.free();
    }
    if (!felt) return void this.#log.missed++;
    const category = { one: `full disk of ${what}`, many: `full disks of ${what}` };
    this.#log.note(category, what, from, this.#log.second);
  }

  /** Whether HDFS takes no file that holds anything. */
  async #refusesFiles(): Promise<boolean> {
    const { webhdfs } = await addresses();
    await using hdfs = new Hdfs({ address: webhdfs, retry: { attempts: 1 } });
    const path = "/streambook/campaign-probe";
    try {
      await hdfs.write(path, Buffer.alloc(64 * 1024), { overwrite: true });
      await hdfs.remove(path);
      return false;
    } catch (error) {
      return /could only be written to 0|No space left|out of space|not enough space|DiskOutOfSpace/i.test(
        messageOf(error),
      );
    }
  }

  /** Kafka ends itself when its only disk takes nothing. */
  async #hasDied(name: string): Promise<() => Promise<boolean>> {
    const pid = (await status()).find((one) => one.name === name)?.pid;
    return async () => pid !== undefined && !isAlive(pid);
  }

  async heal(): Promise<void> {
    await this.#options.up();
  }
}
