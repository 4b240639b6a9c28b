import assert from "node:assert/strict";
import { test } from "node:test";
import driver from "cassandra-driver";
import { StreambookError } from "../errors/index.ts";
import { failureOf } from "./failures.ts";

const at = { address: "127.0.0.1:9042", user: "ada" };

test("a connection that ends while a session is opened is a Cassandra that is away, and comes back", () => {
  const error = Object.assign(new Error("Socket was closed"), { isSocketError: true }); // as the driver marks it
  const failure = failureOf(error, at);
  assert.ok(failure instanceof StreambookError);
  assert.deepEqual([failure.code, failure.retriable], ["UNREACHABLE", true]);
  assert.equal(failure.message, "the connection to Cassandra at 127.0.0.1:9042 broke: Socket was closed");
});

test("what the driver refuses stays a mistake of the caller, which another attempt does not mend", () => {
  const failure = failureOf(new driver.errors.ArgumentError("a value of another type"), at);
  assert.ok(failure instanceof StreambookError);
  assert.deepEqual([failure.code, failure.retriable], ["CASSANDRA_FAILED", false]);
});
