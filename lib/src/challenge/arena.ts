/** Where a program meets its adversary: a topic that fills, the program, started again whenever it ends, and all that happened. */
import { randomUUID } from "node:crypto";
import { delay } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../kafka/index.ts";
import { type Finding, judge, readStored } from "./judge.ts";
import { Program, type ProgramSettings } from "./program.ts";
import type { ServiceName, Step, Watch } from "./steps.ts";

/** Something that happened, for the picture. */
export interface Happening {
  /** Seconds since the beginning. */
  readonly second: number;
  /** `step`: the program's own; `fault`: the adversary's; the others: of the program's process. */
  readonly kind: "step" | "fault" | "started" | "ended";
  readonly run: number;
  readonly step?: Step;
  readonly text: string;
}

/** Services and program of a challenge. */
export interface ArenaSettings extends Pick<ProgramSettings, "command" | "folder" | "kafka" | "webhdfs"> {
  readonly signal: AbortSignal;
}

/** How a topic fills. */
export interface Filling {
  /** Messages in all. */
  readonly messages: number;
  /** How many come at a time, every tenth of a second. @default all at once */
  readonly wave?: number;
}

const PARTITIONS = 3;
/** A program that ends by itself is started again, after this time in milliseconds and this often. */
const RESTART = { after: 300, most: 12 };

export class Arena implements AsyncDisposable {
  readonly happenings: Happening[] = [];
  readonly values: string[] = [];
  /** Decides on every step; the adversary's. */
  watch: Watch = async () => "pass";
  readonly #settings: ProgramSettings;
  readonly #signal: AbortSignal;
  readonly #hdfs: Hdfs;
  readonly #began = performance.now();
  readonly #away = new Set<ServiceName>();
  readonly #all: Program[] = [];
  #program: Program | undefined;
  #restarts = 0;
  #filling: Promise<void> = Promise.resolve();

  private constructor(settings: ProgramSettings, signal: AbortSignal) {
    [this.#settings, this.#signal] = [settings, signal];
    this.#hdfs = new Hdfs({ address: settings.webhdfs, signal });
  }

  /** A new topic, an empty folder. */
  static async open({ signal, ...settings }: ArenaSettings): Promise<Arena> {
    const name = `challenge-${randomUUID().slice(0, 8)}`;
    await ensureTopic({ broker: settings.kafka, topic: name, partitions: PARTITIONS, signal });
    return new Arena({ ...settings, topic: name, group: name, output: `/streambook/challenge/${name}` }, signal);
  }

  /** Seconds since the beginning. */
  get second(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** The program that is to do the work now. */
  get program(): Program {
    if (this.#program === undefined) throw new TypeError("the program is started first");
    return this.#program;
  }

  note(kind: Happening["kind"], text: string, run = this.#program?.run ?? 0, step?: Step): void {
    this.happenings.push({ second: this.second, kind, run, text, ...(step && { step }) });
  }

  /** Fills the topic, beside what follows. */
  fill({ messages, wave = messages }: Filling): void {
    this.#filling = this.#fill(messages, wave);
    this.#filling.catch(() => undefined); // said where the end is waited for
  }

  /** Resolves when the topic is full. */
  filled(): Promise<void> {
    return this.#filling;
  }

  async #fill(messages: number, wave: number): Promise<void> {
    const producer = await BatchingProducer.open({ broker: this.#settings.kafka, signal: this.#signal });
    try {
      for (let number = 0; number < messages; number++) {
        const value = JSON.stringify({ message: number, of: this.#settings.topic, text: "the sea is calm to-night" });
        this.values.push(value);
        await producer.send({ topic: this.#settings.topic, value });
        if ((number + 1) % wave > 0) continue;
        await producer.flush();
        await delay(100, this.#signal);
      }
    } finally {
      await producer.close();
    }
  }

  /** Starts the program; it takes the place of the one before. */
  async start(): Promise<Program> {
    const run = this.#all.length + 1;
    const watch: Watch = async (step) => {
      this.note("step", step.kind, step.run, step);
      return this.watch(step);
    };
    const program = await Program.start(this.#settings, run, watch, (service) => !this.#away.has(service));
    this.#all.push(program);
    this.#program = program;
    this.note("started", `start ${run}`, run);
    void program.ended.then((how) => this.#goneBy(program, how));
    return program;
  }

  #goneBy(program: Program, how: string): void {
    this.note("ended", how === "SIGKILL" ? "killed" : `ended by itself: ${how}`, program.run);
    if (program !== this.#program || how === "SIGKILL" || this.#signal.aborted || this.#restarts++ >= RESTART.most)
      return;
    void delay(RESTART.after, this.#signal)
      .then(() => program.end())
      .then(() => (program === this.#program ? this.start() : undefined))
      .catch(() => undefined); // the challenge is over
  }

  /** Kills the program as it stands, and starts it again. */
  async kill(why: string): Promise<void> {
    const { program } = this;
    this.note("fault", `killed ${why}`, program.run);
    await program.end();
    if (program === this.#program) await this.start();
  }

  /** Takes a service away for some time, in milliseconds. */
  async takeAway(service: ServiceName, milliseconds: number): Promise<void> {
    this.note("fault", `${service} is away`);
    this.#away.add(service);
    for (const program of this.#all) program.cut(service);
    await delay(milliseconds, this.#signal);
    this.#away.delete(service);
    this.note("fault", `${service} is back`);
  }

  /** Waits until every message is stored, or nothing has come for some time. @param quiet longest silence, in milliseconds */
  async settle(quiet: number): Promise<void> {
    await this.#filling;
    let [most, last] = [-1, performance.now()];
    for (;;) {
      const stored = await readStored(this.#hdfs, this.#settings.output);
      const count = new Set([...stored.values()].flat()).size;
      if (count >= this.values.length) return;
      if (count > most) [most, last] = [count, performance.now()];
      if (performance.now() - last > quiet) return;
      await delay(250, this.#signal);
    }
  }

  /** Bytes that are stored, for who counts no messages. */
  async storedBytes(): Promise<number> {
    let bytes = 0;
    if (!(await this.#hdfs.exists(this.#settings.output))) return 0;
    for await (const { path, length } of this.#hdfs.walk(this.#settings.output))
      if (!/\/[_.]/.test(path.slice(this.#settings.output.length))) bytes += length;
    return bytes;
  }

  /** What is stored now against what was sent. */
  async finding(): Promise<Finding> {
    return judge(await readStored(this.#hdfs, this.#settings.output), this.values);
  }

  /** What the program that worked last has said. */
  get said(): string {
    return this.#all.map(({ said }) => said).findLast((text) => text.trim() !== "") ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program = undefined;
    await Promise.all(this.#all.map((program) => program.end()));
    await this.#filling.catch(() => undefined);
    this.#hdfs.close();
    await this.#clear();
  }

  /** Leaves nothing behind, also when the challenge was interrupted. */
  async #clear(): Promise<void> {
    const { kafka, webhdfs, topic, output } = this.#settings;
    await using hdfs = new Hdfs({ address: webhdfs });
    await hdfs.remove(output, { recursive: true });
    await deleteTopics({ broker: kafka, topics: [topic] });
  }
}
