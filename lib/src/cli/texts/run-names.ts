/**
 * What a run calls its own while it goes: a topic, a table, an output folder. Each begins by emptying them, so that two at once
 * would destroy each other's work: the second is refused.
 */
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { claimedHome } from "../../stack/index.ts";
import { makeFolder } from "../../project/index.ts";
import { OUTPUT_LOCK, OUTPUT_MARKER } from "../../texts/index.ts";
import { type Holder, withLock } from "../../../../setup/lock.mjs";

/** What a run empties and fills. */
export interface RunNames {
  readonly topic: string;
  readonly table: string;
  /** Absolute. */
  readonly output: string;
}

/**
 * Does something while no other run of this stack has the topic or the table, and none at all the output folder.
 *
 * @throws NOT_OURS for a home that holds other things; RUN_UNDER_WAY when another has one of them; says which, and what to do
 */
export async function holdingNames<T>(names: RunNames, operation: () => Promise<T>): Promise<T> {
  const { topic, table, output } = names;
  const home = await claimedHome();
  const file = (name: string): string => join(home, "users", `${encodeURIComponent(name)}.lock`);
  const hold = (lock: string, thing: string, options: string, inner: () => Promise<T>): Promise<T> =>
    withLock(lock, `streambook run --output ${output}`, inner, {
      onWait: (holder) => refuse(holder, thing, options),
    });
  const inOutput = (await mayHold(output)) ? join(output, OUTPUT_LOCK) : undefined;
  return hold(file(`topic-${topic}`), `the topic ${topic}`, "--topic, --table and --output", () =>
    hold(file(`table-${table.toLowerCase()}`), `the table ${table}`, "--table and --output", () =>
      inOutput === undefined
        ? operation()
        : hold(inOutput, `the folder ${relative(".", output) || "."}`, "--output", operation),
    ),
  );
}

function refuse({ pid, what, since }: Holder, thing: string, options: string): never {
  throw new StreambookError(
    "RUN_UNDER_WAY",
    `${thing} is used by another run (\`${what}\`, process ${pid}, since ${new Date(since).toLocaleTimeString("en-GB")}); ` +
      `wait until it has ended, or name others for this one with ${options}`,
  );
}

/** Whether a lock can be put into the output folder, which is made if it is missing. If not, the run itself says why. */
async function mayHold(folder: string): Promise<boolean> {
  try {
    await makeFolder(folder);
    const entries = await readdir(folder);
    return entries.length === 0 || entries.includes(OUTPUT_MARKER) || entries.includes(OUTPUT_LOCK);
  } catch {
    return false;
  }
}
