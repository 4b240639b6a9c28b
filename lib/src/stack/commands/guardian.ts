/**
 * A process that outlives a program which has started something, and ends what was started if the program cannot: killed, ended
 * at once by a second Ctrl-C, or out of memory. The two are joined by a pipe, which the operating system closes however the program
 * ends.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { down, downIfUnused } from "./down.ts";
import type { StackEvent } from "../events.ts";
import { logFile } from "../launch/launch.ts";
import { openHome, openLayout } from "../layout.ts";
import { send } from "../observe/processes.ts";
import { setupModule } from "../../project/index.ts";
import { describeUsers } from "./users.ts";

/** What a guardian does when the program is gone. */
export interface Charge {
  /**
   * Which services end: `"unused"`, those that runs have started and that nobody else uses ({@link downIfUnused}); `"all"`;
   * `"none"`.
   */
  readonly services: "unused" | "all" | "none";
  /** Folders that are removed at last. @default none */
  readonly remove?: readonly string[];
}

/** A guardian that watches over this process. */
export interface Guardian extends AsyncDisposable {
  /** A program that ends with this process. */
  watch(pid: number | undefined): Promise<void>;
}

/**
 * Starts a guardian over this process. Disposed, it ends and does nothing: then the program has cleaned up itself.
 *
 * @param environment names the stack: `STREAMBOOK_HOME`, …
 */
export async function startGuardian(charge: Charge, environment: NodeJS.ProcessEnv = process.env): Promise<Guardian> {
  const worker = fileURLToPath(new URL(`./guardian-worker${extname(import.meta.url)}`, import.meta.url));
  const layout = openLayout(environment);
  await openHome(layout);
  const file = logFile(layout, "guardian");
  await mkdir(dirname(file), { recursive: true });
  const log = await open(file, "a");
  const child = spawn(
    process.execPath,
    ["--max-old-space-size=64", worker, String(process.pid), JSON.stringify(charge)],
    {
      cwd: "/",
      env: { ...environment, NODE_TEST_CONTEXT: undefined, NODE_CHANNEL_FD: undefined },
      detached: true, // in a session of its own: neither Ctrl-C nor a closed terminal reaches it
      stdio: ["pipe", log.fd, log.fd],
    },
  );
  await once(child, "spawn").finally(() => log.close());
  const pipe = child.stdin;
  if (pipe === null) throw new TypeError("a guardian has a pipe");
  pipe.on("error", () => undefined); // somebody has killed it
  child.unref();
  (pipe as unknown as { unref(): void }).unref();
  const say = (order: Order): void => void pipe.write(`${JSON.stringify(order)}\n`);
  return {
    async watch(pid) {
      if (pid === undefined) return;
      const { processStart } = await setupModule("lock");
      say({ watch: { pid, start: processStart(pid) } });
    },
    async [Symbol.asyncDispose]() {
      say("done");
      pipe.end();
    },
  };
}

type Order = "done" | { readonly watch: Watched };
interface Watched {
  readonly pid: number;
  readonly start: string;
}

/**
 * The guardian's own program: waits for the end of the pipe, and does then what it was charged with.
 *
 * @param program process that it watches over
 */
export async function guard(program: number, pipe: Readable, { services, remove = [] }: Charge): Promise<void> {
  const watched = await ordersOf(pipe);
  if (watched === "done") return;
  const report = (text: string): void => console.log(`${new Date().toISOString()} ${text}`);
  report(`process ${program} is gone; what it has started is ended`);
  const { lives } = await setupModule("lock");
  for (const one of watched) if (lives(one)) send(one.pid, "SIGTERM");
  const onProgress = ({ message }: StackEvent): void => report(message);
  if (services === "all") await down({ onProgress });
  if (services === "unused") {
    const { users } = await downIfUnused({ onProgress, leaving: program });
    if (users.length > 0) report(`the services stay up for ${describeUsers(users)}`);
  }
  for (const folder of remove) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** What the program has said until the pipe ended. */
async function ordersOf(pipe: Readable): Promise<Watched[] | "done"> {
  const watched: Watched[] = [];
  try {
    for await (const line of createInterface({ input: pipe })) {
      const order = JSON.parse(line) as Order;
      if (order === "done") return order;
      watched.push(order.watch);
    }
  } catch {
    // a pipe that breaks has ended, too
  }
  return watched;
}
