import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "./index.ts";

const right: readonly (readonly [string, string | undefined, number])[] = [
  ["9092", undefined, 9092],
  ["1", undefined, 1],
  ["localhost:65535", "localhost", 65_535],
  [" kafka-1.example_net.org:9092\n", "kafka-1.example_net.org", 9092],
  ["127.0.0.1:10000", "127.0.0.1", 10_000],
  ["[::1]:10000", "::1", 10_000],
  ["[FE80::1:2]:80", "FE80::1:2", 80],
];
for (const [text, host, port] of right) {
  test(`${JSON.stringify(text)} is the host ${host ?? "that is meant"} and the port ${port}`, () => {
    assert.deepEqual(parseAddress(text), { host, port });
    if (host !== undefined) assert.deepEqual(parseAddress(formatAddress(host, port)), { host, port });
  });
}

for (const text of [
  ...["", "0", "h:0", "65536", "123456", "-1", "1e3", "9092.0", "host", "host:", ":9092", "host:x", "h:1/path"],
  ...[
    "http://h:1",
    "a b:1",
    "a,b:1",
    "h:1:2",
    "::1:9092",
    "[]:1",
    "[::1]",
    "[::1",
    "[kafka]:1",
    "[1.2.3.4]:1",
    "[::g]:1",
  ],
]) {
  test(`${JSON.stringify(text)} is no address`, () => assert.equal(parseAddress(text), undefined));
}
