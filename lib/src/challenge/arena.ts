/** Where a program meets its adversary: a topic that fills, the program, started again whenever it ends, and all that happened. */
import { randomUUID } from "node:crypto";
import { delay } from "../async/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../kafka/index.ts";
import { type Finding, judge, readStored, storedFiles } from "./judge.ts";
import { Program, type ProgramSettings } from "./program.ts";
import { bringsMessages, type ServiceName, type Step, type Watch } from "./steps.ts";

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
  /** Messages that come in any case; while the adversary is at work, there are always more. */
  readonly messages: number;
  /** How many come at a time, every {@link WAVE_PAUSE} milliseconds. @default all at once */
  readonly wave?: number;
}

const WAVE_PAUSE = 100;
/** Messages that come at most, however long the adversary is at work. */
const MOST_MESSAGES = 15_000;

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
  /** The starts of the program that have been given messages. */
  readonly #given = new Set<number>();
  #program: Program | undefined;
  #restarts = 0;
  #filling: Promise<void> = Promise.resolve();
  #isEnough = false;

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

  /** Whether a start of the program has been given messages, so that a fault may cost some. */
  hasMessages(run: number): boolean {
    return this.#given.has(run);
  }

  /** Fills the topic, beside what follows, until {@link enough} is called. */
  fill({ messages, wave = messages }: Filling): void {
    this.#filling = this.#fill(messages, wave);
    this.#filling.catch(() => undefined); // said where the end is waited for
  }

  /** Ends the filling, once the least that was asked for is there. Resolves when the topic is full. */
  enough(): Promise<void> {
    this.#isEnough = true;
    return this.#filling;
  }

  async #fill(messages: number, wave: number): Promise<void> {
    const producer = await BatchingProducer.open({ broker: this.#settings.kafka, signal: this.#signal });
    try {
      for (let number = 0; number < messages || (!this.#isEnough && number < MOST_MESSAGES); number++) {
        const value = JSON.stringify({ message: number, of: this.#settings.topic, text: "the sea is calm to-night" });
        this.values.push(value);
        await producer.send({ topic: this.#settings.topic, value });
        if ((number + 1) % wave > 0) continue;
        await producer.flush();
        await delay(WAVE_PAUSE, this.#signal);
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
      const decision = await this.watch(step);
      if (decision === "pass" && bringsMessages(step)) this.#given.add(step.run);
      return decision;
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

  /**
   * Waits until every message is stored, or nothing has come for some time.
   *
   * @param quiet longest silence, in milliseconds
   * @returns whether every message is stored
   */
  async settle(quiet: number): Promise<boolean> {
    await this.enough();
    const wanted = this.sentBytes;
    let [most, last] = [-1, performance.now()];
    for (;;) {
      const stored = await this.storedBytes();
      if (stored >= wanted && (await this.finding()).lost.length === 0) return true;
      if (stored !== most) [most, last] = [stored, performance.now()];
      if (performance.now() - last > quiet) return false;
      await delay(250, this.#signal);
    }
  }

  /** Bytes of all messages, each with a line break. */
  get sentBytes(): number {
    return this.values.reduce((sum, value) => sum + Buffer.byteLength(value) + 1, 0);
  }

  /** Bytes that are stored, which are counted faster than messages. */
  async storedBytes(): Promise<number> {
    let bytes = 0;
    for await (const { length } of storedFiles(this.#hdfs, this.#settings.output)) bytes += length;
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
