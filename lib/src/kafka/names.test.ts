import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { brokerAddress, checkTopic } from "./names.ts";

test("a broker is a port, or host:port", () => {
  assert.equal(brokerAddress("9092"), "127.0.0.1:9092");
  assert.equal(brokerAddress(19092), "127.0.0.1:19092");
  assert.equal(brokerAddress(" kafka.example.org:1 "), "kafka.example.org:1");
  assert.equal(brokerAddress("[::1]:9092"), "[::1]:9092");
  assert.equal(brokerAddress("9092, kafka-2:9095,[::1]:9098"), "127.0.0.1:9092,kafka-2:9095,[::1]:9098");
  for (const wrong of [
    "",
    "0",
    "65536",
    "kafka",
    "kafka:",
    ":9092",
    "kafka:x",
    "[kafka]:9092",
    "http://kafka:9092",
    "a b:9092",
    "a,b:9092",
    "a:1,",
    ",a:1",
    "a:1,,b:1",
  ]) {
    assert.throws(
      () => brokerAddress(wrong),
      (error) => isStreambookError(error, "USAGE") && /port such as 9092/.test(error.message),
      wrong,
    );
  }
});

test("a topic name is what Kafka accepts, and nothing that tries to be something else", () => {
  for (const name of ["chunks", "a.b_c-D9", "x".repeat(249)]) assert.equal(checkTopic(name), name);
  for (const wrong of ["", ".", "..", "a b", "a/b", "../chunks", "chunks;drop", "chunks\n", "x".repeat(250), "stück"]) {
    assert.throws(
      () => checkTopic(wrong),
      (error) => isStreambookError(error, "USAGE"),
      wrong,
    );
  }
});
