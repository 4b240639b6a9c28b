// The one error of set-up: a message for a person, and nothing else to look at.

/** What is wrong and what to do, in one or a few lines. */
export class SetupProblem extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown, exitCode?: 1 | 2 }} [options] exitCode: 2 when what the user gave is at fault. Default: 1
   */
  constructor(message, { exitCode = 1, ...options } = {}) {
    super(message, options);
    this.exitCode = exitCode;
    this.name = "SetupProblem";
  }
}
