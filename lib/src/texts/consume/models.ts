/** Saved models on HDFS: written whole or not at all, the newest readable one wins. */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import type { Logger } from "../../log/index.ts";
import { hdfsFolders } from "../folders.ts";
import { decodeSavedModel, encodeSavedModel, type Labeller, type SavedModel } from "./labeller.ts";

/** Models kept; older ones are removed. */
const KEPT = 3;
/** A model this young, in milliseconds, is not saved again: a crash costs at most what was learned since. */
const YOUNG = 2000;

/** The model that all begin with, which nobody removes. */
const FIRST = "model+000000000000+0.bin";

/** The folder of one table's models. */
export class ModelStore {
  readonly #hdfs: Hdfs;
  readonly #folder: string;
  readonly #logger: Logger;
  /** Files of this store, oldest first: those that it found, and those that it saved. */
  #own: string[] = [];
  /** The model that was loaded or saved last. */
  #newest: string | undefined;
  #savedUpdates = -1;
  #savedAt = -Infinity;
  #saving: Promise<void> = Promise.resolve();

  constructor(hdfs: Hdfs, table: string, logger: Logger) {
    this.#hdfs = hdfs;
    this.#folder = `${hdfsFolders.models}/${table}`;
    this.#logger = logger;
  }

  /**
   * The newest model; undefined when there is none, or it is the one that this store has loaded or saved last. A damaged one is passed
   * over, with a warning.
   */
  async load(): Promise<SavedModel | undefined> {
    const all = await this.#list();
    this.#own = all.filter((path) => !path.endsWith(FIRST));
    for (const path of all.toReversed()) {
      if (path === this.#newest) return undefined;
      try {
        const saved = decodeSavedModel(await this.#hdfs.read(path), path);
        this.#savedUpdates = saved.model.updates;
        this.#newest = path;
        return saved;
      } catch (error) {
        if (isStreambookError(error, "NOT_FOUND")) continue; // another consumer keeps newer ones
        if (!isStreambookError(error, "MODEL_INVALID")) throw error;
        this.#logger.warn(error.message);
      }
    }
    return undefined;
  }

  /**
   * Saves a model as the one that all consumers of the table begin with, unless one of them has done so before.
   *
   * @returns the one that counts: `proposed` itself, or another consumer's
   */
  async begin(proposed: SavedModel): Promise<SavedModel> {
    const path = `${this.#folder}/${FIRST}`;
    const bytes = encodeSavedModel(proposed);
    await this.#hdfs.write(path, bytes).catch((error: unknown) => {
      if (!isStreambookError(error, "HDFS_REFUSED")) throw error; // it is there
    });
    const there = await this.#hdfs.read(path);
    const first = there.equals(bytes) ? proposed : decodeSavedModel(there, path);
    [this.#savedUpdates, this.#newest] = [first.model.updates, path];
    return first;
  }

  /**
   * Saves the labeller's model, unless it has learned nothing since the last time, or only for a moment. The first one is
   * always saved: rows must not carry clusters that nobody can find again. One save at a time. Older models are removed, but
   * never one that another consumer of the table has saved since this store was loaded.
   *
   * @param final whether to save however young the last one is
   */
  save(labeller: Labeller, { final = false } = {}): Promise<void> {
    this.#saving = this.#saving
      .catch(() => undefined)
      .then(async () => {
        const updates = labeller.updates;
        if (updates === this.#savedUpdates || (!final && performance.now() - this.#savedAt < YOUNG)) return;
        const bytes = labeller.save();
        if (bytes === undefined) return;
        const path = `${this.#folder}/model+${String(updates).padStart(12, "0")}+${Date.now()}.bin`;
        await this.#hdfs.write(path, bytes, { overwrite: true });
        this.#own.push(path);
        [this.#savedUpdates, this.#savedAt, this.#newest] = [updates, performance.now(), path];
        for (const old of this.#own.splice(0, this.#own.length - KEPT)) await this.#hdfs.remove(old);
      });
    return this.#saving;
  }

  /** Paths of all models, the one that has learned least first. */
  async #list(): Promise<string[]> {
    try {
      const files = await this.#hdfs.list(this.#folder);
      return files
        .filter(({ name }) => /^model\+\d+\+\d+\.bin$/.test(name))
        .map(({ path }) => path)
        .sort();
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return [];
      throw error;
    }
  }
}

/** Refuses to go on with a model that was made for other settings. */
export function checkCompatible(
  saved: SavedModel,
  wanted: { clusters: number; features: number },
  table: string,
): void {
  const k = saved.model.centroids.length;
  if (k !== wanted.clusters || saved.features !== wanted.features) {
    throw new StreambookError(
      "USAGE",
      `the table ${table} has a model of ${k} clusters and ${saved.features} features, and ${wanted.clusters} and ${wanted.features} were asked for; ask for the same`,
      { hint: { change: ["table"] } },
    );
  }
}
