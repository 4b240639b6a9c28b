/** What a lesson asks before it begins: the right kernel, and services that answer. */
import { StreambookError } from "../errors/index.ts";
import { type Addresses, addresses, CORE, missingFor, profileOf, status, titleOf, useStack } from "../stack/index.ts";
import { requireOwnKernel } from "./display.ts";
import { interruption } from "./learner/interruption.ts";

/**
 * Makes sure that the lesson can begin, prints one line, and gives the addresses of the services. A lesson that uses none
 * begins without the stack.
 *
 * @param services what the lesson uses: "kafka", "namenode", "hiveserver2", …
 * @throws USAGE for a name that is no service; SETUP_MISSING in another kernel than the project's; STACK_DOWN when a service does not answer
 */
export async function ready(): Promise<void>;
export async function ready(...services: readonly [string, ...string[]]): Promise<Addresses>;
export async function ready(...services: readonly string[]): Promise<Addresses | void> {
  requireOwnKernel();
  if (services.length === 0) return void console.log("ready");
  const titles = services.map(titleOf);
  await demandRunning(services);
  const places = await addresses();
  use ??= useStack("a notebook");
  await use;
  console.log(`ready: ${titles.join(", ")}`);
  return places;
}

/** @throws STACK_DOWN naming what does not run, what starts it, and what has to be fetched for it */
async function demandRunning(services: readonly string[]): Promise<void> {
  const states = new Map((await status()).map(({ name, state }) => [name, state]));
  const down = services.filter((name) => states.get(name) !== "running");
  if (down.length === 0) return;
  const names = down.map((name) => `${titleOf(name)} (${states.get(name) ?? "stopped"})`).join(", ");
  const further = [...new Set(down.map(profileOf))].filter((profile) => profile !== CORE);
  const missing = further.length > 0 ? await missingFor(further) : [];
  const fetched = missing.length > 0 ? `; its first start fetches ${missing.join(", ")}` : "";
  const start = further.length > 0 ? [CORE, ...further] : [];
  throw new StreambookError("STACK_DOWN", `this lesson needs ${names}${fetched}`, { hint: { start } });
}

/** Once said, it holds until the kernel ends. */
let use: Promise<AsyncDisposable> | undefined;

let pressing = new AbortController();
let listening = false;

/**
 * A signal that aborts when the learner presses the stop button: give it to every function that waits, so that the button
 * ends it. After an interruption, the next call gives a fresh one.
 *
 * @example
 * ```ts
 * import { retry } from "streambook";
 * import { stopButton } from "streambook/notebook";
 * await retry(async () => "done", { signal: stopButton() });
 * ```
 */
export function stopButton(): AbortSignal {
  interruption().listen();
  if (!listening) {
    listening = true;
    process.on("SIGINT", () => {
      const pressed = pressing;
      pressing = new AbortController();
      pressed.abort(new DOMException("stopped by the stop button", "AbortError"));
    });
  }
  return pressing.signal;
}
