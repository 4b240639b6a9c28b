/**
 * The quorum of Kafka's controllers (KRaft, KIP-853): who votes, and how a further node becomes one that does. kafkajs knows none
 * of these requests, and Kafka's own tools are not among the jars, so they are written byte by byte: https://kafka.apache.org/protocol
 */
import { connect } from "node:net";
import { StreambookError } from "../../../errors/index.ts";
import { splitAddress } from "../../observe/probes.ts";

/** A node as the leader of the quorum sees it. */
export interface QuorumMember {
  /** The number of the node. */
  readonly node: number;
  /** The id of its storage, 16 bytes: a node that lost its storage is another voter. */
  readonly directory: Buffer;
  /** How much of the log it has. */
  readonly end: bigint;
}

/** The quorum. */
export interface Quorum {
  /** The node that leads; negative while there is none. */
  readonly leader: number;
  readonly voters: readonly QuorumMember[];
  /** Those that follow the log and have no vote: brokers, and controllers that have not joined. */
  readonly observers: readonly QuorumMember[];
}

/** A controller that is to get a vote. */
export interface NewVoter {
  readonly node: number;
  readonly directory: Buffer;
  readonly host: string;
  readonly port: number;
}

const DESCRIBE_QUORUM = { key: 55, version: 2 } as const;
const UPDATE_FEATURES = { key: 57, version: 1 } as const;
const ADD_VOTER = { key: 80, version: 0 } as const;
const ALTER_CONFIGS = { key: 44, version: 1 } as const;

/** How a feature is updated. */
const [UPGRADE, SAFE_DOWNGRADE] = [1, 2] as const;

/** The feature that keeps a list of replicas that may lead though they are out of sync: see {@link keepNoEligibleLeaders}. */
export const ELIGIBLE_LEADERS = "eligible.leader.replicas.version";

/** Names of the errors that are met here; others are shown as numbers. */
const ERRORS: Readonly<Record<number, string>> = {
  7: "REQUEST_TIMED_OUT",
  35: "UNSUPPORTED_VERSION",
  41: "NOT_CONTROLLER",
  95: "INVALID_UPDATE_VERSION",
  126: "DUPLICATE_VOTER",
};

/**
 * The quorum as its leader sees it, asked of any broker; undefined when the broker knows no such request.
 *
 * @throws KAFKA_FAILED, as when nobody leads
 */
export async function describeQuorum(address: string, signal: AbortSignal): Promise<Quorum | undefined> {
  const body = new Writer().array(["__cluster_metadata"], (out, topic) =>
    out
      .text(topic)
      .array([0], (partition, index) => partition.int32(index).tags())
      .tags(),
  );
  const answer = await ask(address, DESCRIBE_QUORUM, body.tags(), signal);
  if (answer === undefined) return undefined;
  demandNoError("describe the quorum", answer.int16(), answer.text());
  const [partition] = answer.array((topic) => {
    topic.text();
    const [first] = topic.array(readPartition);
    topic.tags();
    return first;
  });
  if (partition === undefined) throw new StreambookError("KAFKA_FAILED", "Kafka describes no quorum");
  return partition;
}

function readPartition(from: Reader): Quorum {
  from.int32();
  demandNoError("describe the quorum", from.int16(), from.text());
  const leader = from.int32();
  from.skip(4 + 8); // its epoch, the high watermark
  const voters = from.array(readMember);
  const observers = from.array(readMember);
  from.tags();
  return { leader, voters, observers };
}

function readMember(from: Reader): QuorumMember {
  const member = { node: from.int32(), directory: from.bytes(16), end: from.int64() };
  from.skip(8 + 8); // when it has fetched, when it was at the end
  from.tags();
  return member;
}

/**
 * Lets the quorum keep its voters in its log, where they can change: one that was formatted with a fixed list of voters becomes one
 * that takes more. @throws KAFKA_FAILED
 */
export async function keepVotersInLog(address: string, signal: AbortSignal): Promise<void> {
  const answer = await updateFeature(address, { name: "kraft.version", level: 1, how: UPGRADE }, signal);
  demandDone("keep the voters of the quorum in its log", answer);
}

/**
 * Turns the feature off that keeps a list of eligible leaders (KIP-966), which a format turns on by default: from a log in which a
 * topic was made and deleted before `min.insync.replicas` changed for all, Kafka 4.1.1 does not start again with it
 * (`TopicsDelta.maybeReplayClearElrRecord`). The setting for all that it has stored goes, too: each node's properties have it.
 *
 * @throws KAFKA_FAILED
 */
export async function keepNoEligibleLeaders(address: string, signal: AbortSignal): Promise<void> {
  const doing = "turn off the list of eligible leaders";
  const answer = await updateFeature(address, { name: ELIGIBLE_LEADERS, level: 0, how: SAFE_DOWNGRADE }, signal);
  demandDone(doing, answer, ["INVALID_UPDATE_VERSION"]); // it is off already
  await setForAllBrokers(address, "min.insync.replicas", null, signal);
}

interface FeatureUpdate {
  readonly name: string;
  readonly level: number;
  readonly how: number;
}

async function updateFeature(
  address: string,
  { name, level, how }: FeatureUpdate,
  signal: AbortSignal,
): Promise<Reader | undefined> {
  const body = new Writer()
    .int32(10_000)
    .array([name], (out, feature) => out.text(feature).int16(level).int8(how).tags())
    .int8(0) // not only a trial
    .tags();
  return ask(address, UPDATE_FEATURES, body, signal);
}

/** Gives a controller, which follows the log already, a vote. @throws KAFKA_FAILED */
export async function addVoter(address: string, voter: NewVoter, signal: AbortSignal): Promise<void> {
  const { node, directory, host, port } = voter;
  const body = new Writer()
    .text(null)
    .int32(10_000)
    .int32(node)
    .bytes(directory)
    .array(["CONTROLLER"], (out, listener) => out.text(listener).text(host).uint16(port).tags())
    .tags();
  demandDone(`give node ${node} a vote`, await ask(address, ADD_VOTER, body, signal));
}

/**
 * Gives all brokers a setting that can change while they run, or removes it with null: each goes by its own properties again.
 *
 * @throws KAFKA_FAILED
 */
export async function setForAllBrokers(
  address: string,
  name: string,
  value: string | null,
  signal: AbortSignal,
): Promise<void> {
  const broker = 4;
  const operation = value === null ? 1 : 0;
  const body = new Writer()
    .array([""], (out, all) =>
      out
        .int8(broker)
        .text(all)
        .array([name], (setting) => setting.text(name).int8(operation).text(value).tags())
        .tags(),
    )
    .int8(0) // not only a trial
    .tags();
  const answer = await ask(address, ALTER_CONFIGS, body, signal);
  answer?.int32();
  for (const [code, message] of answer?.array(readOutcome) ?? []) demandNoError(`set ${name}`, code, message);
}

function readOutcome(from: Reader): readonly [code: number, message: string | null] {
  const outcome = [from.int16(), from.text()] as const;
  from.skip(1); // what kind of resource
  from.text();
  from.tags();
  return outcome;
}

/** @throws KAFKA_FAILED unless an answer begins with a time and "no error" */
function demandDone(doing: string, answer: Reader | undefined, accepted: readonly string[] = []): void {
  if (answer === undefined) throw new StreambookError("KAFKA_FAILED", `Kafka could not ${doing}: it hung up`);
  answer.int32();
  demandNoError(doing, answer.int16(), answer.text(), accepted);
}

function demandNoError(doing: string, code: number, message: string | null, accepted: readonly string[] = []): void {
  const name = ERRORS[code] ?? `error ${code}`;
  if (code === 0 || accepted.includes(name)) return;
  throw new StreambookError(
    "KAFKA_FAILED",
    `Kafka could not ${doing}: ${name}${message === null ? "" : `, ${message}`}`,
  );
}

/** Sends one request on a connection of its own, and gives the answer behind its header; undefined when the broker hangs up instead. */
async function ask(
  address: string,
  { key, version }: { readonly key: number; readonly version: number },
  body: Writer,
  signal: AbortSignal,
): Promise<Reader | undefined> {
  const socket = connect({ ...splitAddress(address), signal });
  const header = new Writer().int16(key).int16(version).int32(1).oldText("streambook").tags();
  const request = Buffer.concat([header.bytesWritten(), body.bytesWritten()]);
  socket.write(Buffer.concat([new Writer().int32(request.length).bytesWritten(), request]));
  let answer = Buffer.alloc(0);
  for await (const part of socket as AsyncIterable<Buffer>) {
    answer = Buffer.concat([answer, part]);
    if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) continue;
    const reader = new Reader(answer.subarray(8)); // length, number of the request
    reader.tags();
    return reader; // leaving the loop destroys the socket
  }
  return undefined;
}

/** Writes values as Kafka's flexible requests have them: lengths are varints of one more, and every structure ends with tags. */
class Writer {
  readonly #parts: Buffer[] = [];

  int8(value: number): this {
    return this.#add(1, (bytes) => bytes.writeInt8(value));
  }
  int16(value: number): this {
    return this.#add(2, (bytes) => bytes.writeInt16BE(value));
  }
  uint16(value: number): this {
    return this.#add(2, (bytes) => bytes.writeUInt16BE(value));
  }
  int32(value: number): this {
    return this.#add(4, (bytes) => bytes.writeInt32BE(value));
  }
  bytes(value: Buffer): this {
    this.#parts.push(value);
    return this;
  }
  text(value: string | null): this {
    if (value === null) return this.int8(0);
    const bytes = Buffer.from(value);
    return this.#length(bytes.length + 1).bytes(bytes);
  }
  /** As the header has it. */
  oldText(value: string): this {
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).bytes(bytes);
  }
  array<T>(values: readonly T[], write: (out: this, value: T) => unknown): this {
    this.#length(values.length + 1);
    for (const value of values) write(this, value);
    return this;
  }
  /** No tags. */
  tags(): this {
    return this.int8(0);
  }
  bytesWritten(): Buffer {
    return Buffer.concat(this.#parts);
  }
  #add(size: number, write: (bytes: Buffer) => void): this {
    const bytes = Buffer.alloc(size);
    write(bytes);
    return this.bytes(bytes);
  }
  #length(value: number): this {
    for (let rest = value; ; rest >>>= 7) {
      if (rest < 0x80) return this.#add(1, (bytes) => bytes.writeUInt8(rest));
      this.#add(1, (bytes) => bytes.writeUInt8((rest & 0x7f) | 0x80));
    }
  }
}

/** Reads what {@link Writer} writes. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(length: number): void {
    this.#at += length;
  }
  bytes(length: number): Buffer {
    this.skip(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  int16(): number {
    return this.bytes(2).readInt16BE();
  }
  int32(): number {
    return this.bytes(4).readInt32BE();
  }
  int64(): bigint {
    return this.bytes(8).readBigInt64BE();
  }
  text(): string | null {
    const length = this.#length();
    return length === 0 ? null : this.bytes(length - 1).toString();
  }
  array<T>(read: (from: this) => T): T[] {
    return Array.from({ length: Math.max(0, this.#length() - 1) }, () => read(this));
  }
  tags(): void {
    for (let count = this.#length(); count > 0; count--) {
      this.#length(); // which tag
      this.skip(this.#length());
    }
  }
  #length(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes(1).readUInt8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
