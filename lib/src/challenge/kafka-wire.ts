/**
 * As much of Kafka's protocol (https://kafka.apache.org/protocol) as an adversary between a program and its broker needs: which
 * request it is, and answers that name this place as the broker's address, so that the program stays here.
 */

/** Requests by their number. */
const KINDS: Readonly<Record<number, string>> = {
  0: "Produce",
  1: "Fetch",
  2: "ListOffsets",
  3: "Metadata",
  8: "OffsetCommit",
  9: "OffsetFetch",
  10: "FindCoordinator",
  11: "JoinGroup",
  12: "Heartbeat",
  13: "LeaveGroup",
  14: "SyncGroup",
  18: "ApiVersions",
  22: "InitProducerId",
  24: "AddPartitionsToTxn",
  25: "AddOffsetsToTxn",
  26: "EndTxn",
  28: "TxnOffsetCommit",
};
export const FETCH = 1;
const [METADATA, OFFSET_COMMIT, FIND_COORDINATOR, JOIN_GROUP, LEAVE_GROUP, API_VERSIONS] = [3, 8, 10, 11, 13, 18];

/** The highest versions offered of what is read here: later ones are written in another way. */
const HIGHEST = new Map([
  [FETCH, 11],
  [METADATA, 8],
  [OFFSET_COMMIT, 7],
  [FIND_COORDINATOR, 2],
  [JOIN_GROUP, 5],
]);

/** A request's beginning. */
export interface RequestHead {
  readonly key: number;
  readonly version: number;
  readonly correlation: number;
  /** `Fetch`, `OffsetCommit`, … */
  readonly kind: string;
  /** What it is about, for people. */
  readonly detail: string;
  /** The group that a JoinGroup is for. */
  readonly group: string | undefined;
}

/** Reads values one after the other; strings may be null. */
export class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }
  int16(): number {
    this.at += 2;
    return this.#bytes.readInt16BE(this.at - 2);
  }
  int32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }
  int64(): bigint {
    this.at += 8;
    return this.#bytes.readBigInt64BE(this.at - 8);
  }
  string(): string | undefined {
    const length = this.int16();
    if (length < 0) return undefined;
    this.at += length;
    return this.#bytes.toString("utf8", this.at - length, this.at);
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** What a request is. @param message without its length */
export function readRequest(message: Buffer): RequestHead {
  const reader = new Reader(message, 0);
  const [key, version, correlation] = [reader.int16(), reader.int16(), reader.int32()];
  const head = { key, version, correlation, kind: KINDS[key] ?? `request ${key}` };
  const highest = HIGHEST.get(key);
  if (highest === undefined || version > highest) return { ...head, detail: "", group: undefined };
  reader.string(); // the client's name
  if (key === JOIN_GROUP) return { ...head, detail: "", group: reader.string() };
  return { ...head, detail: key === OFFSET_COMMIT ? committed(reader, version) : "", group: undefined };
}

/** The positions in an OffsetCommit, as `0: 40, 2: 38`. */
function committed(reader: Reader, version: number): string {
  reader.string(); // group
  reader.int32(); // generation
  reader.string(); // member
  if (version >= 7) reader.string();
  if (version >= 2 && version <= 4) reader.int64();
  const positions: string[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      const partition = reader.int32();
      positions.push(`${partition}: ${reader.int64()}`);
      if (version >= 6) reader.int32();
      reader.string();
    }
  }
  return positions.join(", ");
}

/** Where a program is to call instead of a broker. */
export type PlaceFor = (host: string, port: number) => { readonly host: string; readonly port: number };

/** An answer that names other places wherever a broker is named, and offers no version that is not read here. */
export function withPlaces(answer: Buffer, { key, version }: RequestHead, placeFor: PlaceFor): Buffer {
  if (key === API_VERSIONS) return withHighest(answer, version);
  if (key === METADATA && version <= 8) return metadataWithPlaces(answer, version, placeFor);
  if (key !== FIND_COORDINATOR || version > 2) return answer;
  const reader = new Reader(answer, version >= 1 ? 8 : 4);
  const error = reader.int16();
  if (version >= 1) reader.string();
  reader.int32(); // the node
  const before = answer.subarray(0, reader.at);
  if (error !== 0) return answer;
  const place = placeFor(reader.string() ?? "", reader.int32());
  return Buffer.concat([before, text(place.host), int32(place.port)]);
}

function metadataWithPlaces(answer: Buffer, version: number, placeFor: PlaceFor): Buffer {
  const reader = new Reader(answer, version >= 3 ? 8 : 4);
  const parts = [answer.subarray(0, reader.at + 4)];
  for (let brokers = reader.int32(); brokers > 0; brokers--) {
    const start = reader.at;
    reader.int32();
    const node = answer.subarray(start, reader.at);
    const place = placeFor(reader.string() ?? "", reader.int32());
    parts.push(node, text(place.host), int32(place.port));
    const end = reader.at;
    if (version >= 1) reader.string(); // the rack
    parts.push(answer.subarray(end, reader.at));
  }
  return Buffer.concat([...parts, answer.subarray(reader.at)]);
}

function withHighest(answer: Buffer, version: number): Buffer {
  const changed = Buffer.from(answer);
  const isCompact = version >= 3;
  let at = 6; // after correlation and error
  const count = isCompact ? changed.readUInt8(at) - 1 : changed.readInt32BE(at);
  if (isCompact && count >= 127) throw new RangeError("Kafka offers more than 126 requests; this reads fewer");
  at += isCompact ? 1 : 4;
  for (let index = 0; index < count; index++, at += isCompact ? 7 : 6) {
    const highest = HIGHEST.get(changed.readInt16BE(at));
    if (highest !== undefined) changed.writeInt16BE(Math.min(highest, changed.readInt16BE(at + 4)), at + 4);
  }
  return changed;
}

/** The name that a group gives a member, in the answer to its JoinGroup. */
export function memberIn(answer: Buffer, { key, version }: RequestHead): string | undefined {
  if (key !== JOIN_GROUP || version > 5) return undefined;
  const reader = new Reader(answer, version >= 2 ? 8 : 4);
  reader.int16(); // the error, which may ask to come again under this name
  reader.int32();
  reader.string();
  reader.string();
  return reader.string();
}

/** A request that takes a member out of its group, its length in front. */
export function leaveGroup(group: string, member: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt16BE(LEAVE_GROUP, 0);
  head.writeInt16BE(0, 2);
  head.writeInt32BE(1, 4);
  const body = Buffer.concat([head, text("challenge"), text(group), text(member)]);
  return Buffer.concat([int32(body.length), body]);
}
