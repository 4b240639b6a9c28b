/** Identifiers that sort by the time they were made. */
import { randomBytes } from "node:crypto";

let before = 0n;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 12 bits that go on within a millisecond
 * (section 6.2, method 2: what is random is increased), then 62 random bits. Each is greater than the one before.
 */
export function streamId(now: number = Date.now()): string {
  const random = randomBytes(10);
  const fresh = (BigInt(now) << 12n) | BigInt(random.readUInt16BE(0) & 0x7ff); // the upper half is room to count in
  before = fresh > before ? fresh : before + 1n;
  const high = ((before >> 12n) << 16n) | 0x7000n | (before & 0xfffn);
  random[2] = ((random[2] as number) & 0x3f) | 0x80;
  const hex = high.toString(16).padStart(16, "0") + random.toString("hex", 2);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
