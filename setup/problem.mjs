// The one error of set-up: a message for a person, and nothing else to look at.

/** What is wrong and what to do, in one or a few lines. */
export class SetupProblem extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = "SetupProblem";
  }
}
