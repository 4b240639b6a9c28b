/** A client of a Jupyter kernel that runs on this machine: starts it, runs cells, ends it. Needs no Python. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dealer, Subscriber } from "zeromq";
import { delay } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { type KernelSpec, readKernelSpec } from "./kernel-spec.ts";
import { type Output, OutputCollector } from "./outputs.ts";
import { decodeMessage, encodeRequest, type Message, newId } from "./wire.ts";

/** How a cell ended: `ok`, `error` (it threw, or does not compile), `timeout`, `died` (the kernel is gone). */
export type CellStatus = "ok" | "error" | "timeout" | "died";

/** What came of running a cell. */
export interface CellRun {
  readonly status: CellStatus;
  /** Grows while the kernel lives: timers of a cell may write after its end. */
  readonly outputs: readonly Output[];
  readonly milliseconds: number;
}

/** Options of {@link Kernel.start}. */
export interface KernelOptions {
  /** The folder that the kernel works in, and imports from: that of the notebook. */
  readonly folder: string;
  /** @default the kernel of the project */
  readonly spec?: KernelSpec | undefined;
  /** Longest wait for the kernel to answer, in milliseconds. @default 60000 */
  readonly startTimeout?: number | undefined;
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long an interrupted cell has to end, in milliseconds, before its kernel is killed. */
const GRACE = 2000;
/** How long tslab refuses cells after an error: 200 ms (its own constant), and some more to be sure. */
const REFUSAL = 300;

/** Kernels that run, so that none is left when this program ends in a hurry. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});

/** Signals a kernel and what it has started in its group, as Jupyter does. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // it has ended
  }
}

/** A kernel that runs. */
export class Kernel implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #key: string;
  readonly #shell: Dealer;
  readonly #control: Dealer;
  readonly #published: Subscriber;
  readonly #session = newId();
  readonly #replies = new Map<string, (message: Message) => void>();
  readonly #idle = new Map<string, () => void>();
  readonly #collectors = new Map<string, OutputCollector>();
  readonly #died: Promise<"died">;

  private constructor(child: ChildProcess, folder: string, key: string, sockets: [Dealer, Dealer, Subscriber]) {
    this.#child = child;
    this.#folder = folder;
    this.#key = key;
    [this.#shell, this.#control, this.#published] = sockets;
    this.#died = once(child, "exit").then(
      () => "died",
      () => "died",
    );
    running.add(child);
    void this.#died.then(() => running.delete(child));
    for (const socket of sockets.slice(0, 3)) void this.#listen(socket);
  }

  /**
   * Starts a kernel and waits until it answers.
   *
   * @throws TIMEOUT when it does not; SETUP_MISSING when set-up has not written its specification; KERNEL_DIED
   */
  static async start(options: KernelOptions): Promise<Kernel> {
    const { startTimeout = 60_000, environment = process.env, signal } = options;
    const spec = options.spec ?? (await readKernelSpec());
    const zeromq = await import("zeromq");
    const [shell = 0, iopub = 0, stdin = 0, control = 0, heartbeat = 0] = await freePorts(5);
    const key = randomBytes(16).toString("hex");
    const folder = await mkdtemp(join(tmpdir(), "streambook-kernel-"));
    const connection = join(folder, "connection.json");
    const ports = {
      shell_port: shell,
      iopub_port: iopub,
      stdin_port: stdin,
      control_port: control,
      hb_port: heartbeat,
    };
    const settings = { transport: "tcp", ip: "127.0.0.1", key, signature_scheme: "hmac-sha256", ...ports };
    await writeFile(connection, JSON.stringify(settings), { mode: 0o600 });
    const [program = "", ...words] = spec.argv.map((word) => word.replace("{connection_file}", connection));
    const child = spawn(program, words, {
      cwd: options.folder,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true, // as Jupyter starts it: a group of its own, which the stop button signals as a whole
      env: { ...environment, ...spec.env, NODE_TEST_CONTEXT: undefined },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2000)));
    const sockets: [Dealer, Dealer, Subscriber] = [
      new zeromq.Dealer({ linger: 0 }),
      new zeromq.Dealer({ linger: 0 }),
      new zeromq.Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
    ];
    for (const [index, port] of [shell, control, iopub].entries()) sockets[index]?.connect(`tcp://127.0.0.1:${port}`);
    sockets[2].subscribe();
    const kernel = new Kernel(child, folder, key, sockets);
    try {
      await kernel.#answer(startTimeout, signal);
    } catch (error) {
      await kernel.close();
      const why = said.trim() === "" ? "" : `; it said: ${said.trim().split("\n").slice(-3).join(" | ")}`;
      if (error instanceof StreambookError) throw new StreambookError(error.code, error.message + why);
      throw error;
    }
    return kernel;
  }

  /** Waits until both the replies and the published messages come through: a subscriber may join late. */
  async #answer(timeout: number, signal: AbortSignal | undefined): Promise<void> {
    const end = performance.now() + timeout;
    for (;;) {
      signal?.throwIfAborted();
      const answer = await Promise.race([this.#drain().then(() => "yes"), this.#died, delay(500)]);
      if (answer === "yes") return;
      if (answer === "died")
        throw new StreambookError(
          "KERNEL_DIED",
          "the kernel ended while it started; run `npm run setup`, and try again",
        );
      if (performance.now() > end)
        throw new StreambookError("TIMEOUT", `waited ${timeout / 1000} s for the kernel to start; try again`);
    }
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The memory that the kernel holds now and held at most, in bytes; undefined where the system does not tell. */
  async memory(): Promise<{ now: number; peak: number } | undefined> {
    const text = await readFile(`/proc/${this.#child.pid}/status`, "utf8").catch(() => "");
    const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024;
    const [now, peak] = [bytes("VmRSS"), bytes("VmHWM")];
    return Number.isNaN(now) || Number.isNaN(peak) ? undefined : { now, peak };
  }

  /**
   * Runs a cell to its end, its output included. One that takes too long is interrupted, as by the stop button; if that
   * does not help within two seconds, the kernel is killed.
   *
   * @param timeout longest time, in milliseconds
   */
  async execute(
    code: string,
    { timeout, signal }: { timeout: number; signal?: AbortSignal | undefined },
  ): Promise<CellRun> {
    const started = performance.now();
    const id = newId();
    const collector = new OutputCollector();
    this.#collectors.set(id, collector);
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const done = this.#request(this.#shell, "execute_request", content, id).then(async ({ content: { status } }) => {
      await this.#drain();
      return status === "ok" ? ("ok" as const) : ("error" as const);
    });
    const limit = new AbortController();
    const expired = delay(timeout, limit.signal).then(
      () => "timeout" as const,
      () => "timeout" as const,
    );
    const stopped = new Promise<"stopped">((resolve) => signal?.addEventListener("abort", () => resolve("stopped")));
    const end = await Promise.race([done, this.#died, expired, stopped]);
    limit.abort();
    if (end === "timeout" || end === "stopped") await this.#interrupt(done);
    signal?.throwIfAborted();
    const status: CellStatus = end === "stopped" ? "timeout" : end;
    const milliseconds = performance.now() - started;
    if ((status === "error" || status === "timeout") && this.alive) await delay(REFUSAL, signal);
    return { status, outputs: collector.outputs, milliseconds };
  }

  async #interrupt(done: Promise<unknown>): Promise<void> {
    signalGroup(this.#child, "SIGINT");
    const ended = await Promise.race([done.then(() => true), this.#died, delay(GRACE).then(() => false)]);
    if (ended === false) signalGroup(this.#child, "SIGKILL");
    if (ended === false) await this.#died;
  }

  /** Waits for what timers and forgotten promises of the cells still have to say. */
  async settle(milliseconds: number): Promise<void> {
    await Promise.race([delay(milliseconds).then(() => this.#drain()), this.#died]);
  }

  /** Resolves when all that the kernel has published by now has arrived: messages keep their order. */
  async #drain(): Promise<void> {
    const id = newId();
    const idle = new Promise<void>((resolve) => this.#idle.set(id, resolve));
    await this.#request(this.#shell, "kernel_info_request", {}, id);
    await idle;
  }

  async #request(socket: Dealer, type: string, content: object, id = newId()): Promise<Message> {
    const reply = new Promise<Message>((resolve) => this.#replies.set(id, resolve));
    await socket.send(encodeRequest(this.#key, { type, id, session: this.#session, content }));
    return reply;
  }

  async #listen(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const message = decodeMessage(this.#key, frames);
      if (message !== undefined) this.#take(message);
    }
  }

  #take(message: Message): void {
    const id = message.parent.msg_id ?? "";
    const { msg_type: type } = message.header;
    if (type.endsWith("_reply")) {
      this.#replies.get(id)?.(message);
      this.#replies.delete(id);
    } else if (type === "status") {
      if (message.content["execution_state"] !== "idle") return;
      this.#idle.get(id)?.();
      this.#idle.delete(id);
    } else this.#collectors.get(id)?.add(message);
  }

  /** Asks the kernel to end, and makes sure that it has. */
  async close(): Promise<void> {
    if (this.alive) {
      void this.#request(this.#control, "shutdown_request", { restart: false });
      if ((await Promise.race([this.#died, delay(1000)])) !== "died") signalGroup(this.#child, "SIGKILL");
      await this.#died;
    }
    for (const socket of [this.#shell, this.#control, this.#published]) if (!socket.closed) socket.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Free ports of this machine, all held open until each is known. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
