import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import { hostAndPort } from "./option-values.ts";

test("an address is a port or host:port; a port alone is on this machine, or on the host that is meant", () => {
  assert.equal(hostAndPort("9092"), "127.0.0.1:9092");
  assert.equal(
    hostAndPort("9092", () => "::1"),
    "[::1]:9092",
  );
  assert.equal(
    hostAndPort("9092", () => "[::1]"),
    "[::1]:9092",
  );
  assert.equal(hostAndPort("kafka:9092"), "kafka:9092");
  assert.equal(hostAndPort("[::1]:10000"), "[::1]:10000");
  for (const wrong of ["", "0", "kafka:0", "65536", "kafka", "[kafka]:1", "http://kafka:1"])
    assert.throws(() => hostAndPort(wrong), InvalidArgumentError, wrong);
});
