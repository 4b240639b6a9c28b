/** The Node that runs tasks, where they run. */

/** STREAMBOOK_TASK_NODE, or the Node of this process. */
export function taskNode(): string {
  return process.env["STREAMBOOK_TASK_NODE"] || process.execPath;
}
