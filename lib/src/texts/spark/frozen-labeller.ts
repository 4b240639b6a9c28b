/** Labels by a saved model that no longer learns: what a cluster is called for a window depends on nothing but the window. */
import type { TermCounts } from "../../text/index.ts";
import { modelVersion, type SavedModel } from "../consume/labeller.ts";
import { StreamWindows } from "../consume/stream-windows.ts";

/** Finds the cluster of each chunk. */
export class FrozenLabeller {
  /** The model's name and age, as rows have it in `model_version`. */
  readonly version: string;
  readonly #saved: SavedModel;
  readonly #windows: StreamWindows;

  constructor(saved: SavedModel) {
    this.#saved = saved;
    this.#windows = new StreamWindows({ minimumWords: saved.windowWords });
    this.version = modelVersion(saved.name, saved.model.updates);
  }

  /** The cluster of a stream's next chunk. Streams may alternate; the chunks of one come in their order. */
  label(stream: string, chunk: TermCounts, isLast: boolean): number {
    const { model, frequencies } = this.#saved;
    return model.predict(frequencies.weigh(this.#windows.push(stream, chunk, isLast)));
  }
}
