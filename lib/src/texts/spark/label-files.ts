/** What goes along with the labelling task to the executors. */

/** The names under which the saved model and the settings come along. */
export const FILES = { model: "model.bin", settings: "settings.json" } as const;

/** What the model does not know of itself. */
export interface LabelSettings {
  /** Whether terms are stemmed. */
  readonly stem: boolean;
}
