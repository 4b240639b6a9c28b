/** One start of the challenger's program: a process of its own, with its own ways to Kafka and HDFS. */
import { type ChildProcess, spawn } from "node:child_process";
import { startHdfsProxy, type HdfsProxy } from "./hdfs-proxy.ts";
import { startKafkaProxy, type KafkaProxy } from "./kafka-proxy.ts";
import type { Reachable, ServiceName, Watch } from "./steps.ts";

/** What is started, and what for. */
export interface ProgramSettings {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly kafka: string;
  readonly webhdfs: string;
  readonly topic: string;
  readonly group: string;
  /** The folder on HDFS for its files. */
  readonly output: string;
}

/** How much of what a program says is kept, in characters. */
const KEPT = 4000;

/** A program that runs. */
export class Program {
  readonly run: number;
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #kafka: KafkaProxy;
  readonly #hdfs: HdfsProxy;
  #said = "";
  #ending: Promise<void> | undefined;

  private constructor(run: number, child: ChildProcess, kafka: KafkaProxy, hdfs: HdfsProxy) {
    [this.run, this.#child, this.#kafka, this.#hdfs] = [run, child, kafka, hdfs];
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#said = (this.#said + text).slice(-KEPT)));
    this.ended = new Promise((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /** @param run which start of the program this is, from 1 */
  static async start(settings: ProgramSettings, run: number, watch: Watch, reachable: Reachable): Promise<Program> {
    const kafka = await startKafkaProxy(settings.kafka, run, watch, reachable);
    const hdfs = await startHdfsProxy(settings.webhdfs, run, watch, reachable);
    const [command = "", ...words] = settings.command;
    const child = spawn(command, words, {
      cwd: settings.folder,
      detached: true, // what it starts itself is killed with it
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        KAFKA_BROKER: kafka.address,
        WEBHDFS: hdfs.address,
        TOPIC: settings.topic,
        GROUP: settings.group,
        OUTPUT: settings.output,
      },
    });
    return new Program(run, child, kafka, hdfs);
  }

  /** The end of what it has written to standard output and standard error. */
  get said(): string {
    return this.#said;
  }

  /** Whether its process is there. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined;
  }

  /** Sends a signal to the program and all that it has started. */
  signal(name: NodeJS.Signals): void {
    if (!this.alive || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, name);
    } catch {
      // it has just ended
    }
  }

  /** Breaks its connections to a service. */
  cut(service: ServiceName): void {
    (service === "Kafka" ? this.#kafka : this.#hdfs).cut();
  }

  /** Has its consumer groups forget it at once, as if its session had timed out. */
  forget(): Promise<void> {
    return this.#kafka.forget();
  }

  /** Ends it with SIGKILL, and has its groups forget it at once, so that nobody waits for a dead member. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async #end(): Promise<void> {
    this.signal("SIGKILL");
    if (this.alive) await this.ended;
    await this.forget();
    await Promise.all([this.#kafka.close(), this.#hdfs.close()]);
  }
}
