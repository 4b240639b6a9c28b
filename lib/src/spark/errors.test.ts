import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { explain, isBroken, isForgotten } from "./errors.ts";

test("a message keeps the reason, and loses the frame around it", () => {
  const message =
    "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found.\nVerify the spelling. SQLSTATE: 42P01; line 1 pos 14;\n'Project [*]";
  assert.equal(
    explain(message, { condition: "TABLE_OR_VIEW_NOT_FOUND" }),
    "The table or view `x` cannot be found. Verify the spelling. (TABLE_OR_VIEW_NOT_FOUND)",
  );
  assert.equal(
    explain("\n[PARSE_SYNTAX_ERROR] Syntax error at 'x'. SQLSTATE: 42601\n\n== SQL ==\nx\n^^^", {}),
    "Syntax error at 'x'.",
  );
});

test("a message shows neither Java's stack nor the plan of a stream", () => {
  const stack =
    "Job aborted: Lost task 0.0 (localhost): java.lang.IllegalStateException: no\n\tat a.b.C$.d(C.scala:1)\n\tat a.b.E";
  assert.equal(explain(stack, {}), "Job aborted: Lost task 0.0 (localhost): java.lang.IllegalStateException: no");
  const stream =
    "org.apache.spark.sql.streaming.StreamingQueryException: Some data may be lost.\n=== Streaming Query ===\nPlan";
  assert.equal(explain(stream, {}), "Some data may be lost.");
});

test("a call that broke may be taken up again; one that was refused may not", () => {
  assert.ok(isBroken(new ConnectError("reset", Code.Unavailable)));
  assert.ok(isBroken(new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled)));
  assert.ok(!isBroken(new ConnectError("no", Code.InvalidArgument)));
  assert.ok(!isBroken(new TypeError("a fault of ours")));
});

test("a session that Spark has forgotten is known by Spark's words", () => {
  assert.ok(isForgotten(new ConnectError("[INVALID_HANDLE.SESSION_NOT_FOUND] The handle …", Code.Internal)));
  assert.ok(isForgotten(new ConnectError("[INVALID_HANDLE.OPERATION_NOT_FOUND] …", Code.Internal)));
  assert.ok(!isForgotten(new ConnectError("[DIVIDE_BY_ZERO] …", Code.Internal)));
});
