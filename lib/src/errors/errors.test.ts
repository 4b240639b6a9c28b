import assert from "node:assert/strict";
import { test } from "node:test";
import {
  errorCodes,
  exitCodeOf,
  hintOf,
  isRetriable,
  isStreambookError,
  listed,
  messageOf,
  StreambookError,
} from "./index.ts";

test("every code is a sentence, whether to try again, and an exit code", () => {
  for (const [code, { summary, exitCode }] of Object.entries(errorCodes)) {
    assert.match(code, /^[A-Z][A-Z0-9_]*$/);
    assert.match(summary, /^[A-Z].*\.$/, code);
    assert.ok(exitCode === 1 || exitCode === 2, code);
  }
});

test("an error has what its code says, unless it says otherwise itself", () => {
  const cause = new Error("below");
  const error = new StreambookError("UNREACHABLE", "no broker", { cause });
  assert.deepEqual([error.retriable, error.exitCode, error.cause, error.name], [true, 1, cause, "StreambookError"]);
  assert.equal(new StreambookError("UNREACHABLE", "for good", { retriable: false }).retriable, false);
  assert.equal(new StreambookError("USAGE", "wrong").exitCode, 2);
  assert.ok(isStreambookError(error, "UNREACHABLE") && !isStreambookError(error, "USAGE") && !isStreambookError(cause));
});

test("a hint is data beside the message, and there only when one is given", () => {
  const error = new StreambookError("STACK_DOWN", "YARN does not run", { hint: { start: ["yarn"] } });
  assert.deepEqual(hintOf(error), { start: ["yarn"] });
  assert.ok(!Object.hasOwn(new StreambookError("USAGE", "wrong"), "hint"));
  for (const other of [new Error("other"), undefined, null, "text"]) assert.equal(hintOf(other), undefined);
});

test("an error of another copy of the library is one, with its code, its exit code and its hint", async () => {
  const copy = (await import(`${import.meta.resolve("./errors.ts")}?copy`)) as {
    StreambookError: typeof StreambookError;
  };
  const error = new copy.StreambookError("STACK_DOWN", "YARN does not run", { hint: { start: ["yarn"] } });
  assert.ok(!(error instanceof StreambookError), "a copy");
  assert.ok(isStreambookError(error, "STACK_DOWN") && !isStreambookError(error, "USAGE"));
  assert.deepEqual([isRetriable(error), exitCodeOf(error), hintOf(error)], [true, 1, { start: ["yarn"] }]);
});

test("networks and kafkajs are worth another try, everything else unknown is not", () => {
  assert.ok(isRetriable(Object.assign(new Error(), { code: "ECONNRESET" })));
  assert.ok(isRetriable(Object.assign(new Error(), { retriable: true })));
  for (const error of [new Error("x"), undefined, null, "text", Object.assign(new Error(), { code: "EACCES" })])
    assert.ok(!isRetriable(error));
});

test("an interruption ends with 130, anything unknown with 1", () => {
  assert.equal(exitCodeOf(new DOMException("stopped", "AbortError")), 130);
  assert.equal(exitCodeOf("text"), 1);
});

test("a message is one line, and never empty", () => {
  assert.equal(messageOf(new Error("first\nsecond")), "first");
  assert.equal(messageOf(Object.assign(new Error(""), { code: "ECONNREFUSED" })), "ECONNREFUSED");
  assert.equal(messageOf(new AggregateError([new Error("inner")])), "inner");
  assert.equal(messageOf("text"), "text");
});

test("names for a message are the first three, and how many more", () => {
  assert.equal(listed(["a"]), "a");
  assert.equal(listed(["a", "b", "c"]), "a, b, c");
  assert.equal(listed(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
});
