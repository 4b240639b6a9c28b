import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hint, StreambookError } from "../errors/index.ts";
import { adviceOf, describeError } from "./hints.ts";

/** What the command of a case takes. */
const run = ["--output", "--topic", "--table", "--replace", "--chunk-size"];
const generate = ["--output", "--overwrite"];
const consume = ["--schema-file", "--kafka-broker-port", "--topic", "--hive-table"];

const cases: readonly (readonly [hint: Hint, flags: readonly string[], advice: string | undefined])[] = [
  [{ start: [] }, [], "start it with `npx streambook up`"],
  [{ start: ["yarn"] }, [], "start it with `npx streambook up yarn`"],
  [
    { start: ["hive"], log: "hive" },
    [],
    "start it with `npx streambook up hive` or read its log with `npx streambook logs hive`",
  ],
  [{ setUp: true }, [], "run `npm run setup`"],
  [{ inspect: "services" }, [], "check with `npx streambook status` that it runs"],
  [{ inspect: "machine" }, [], "ask `npx streambook doctor` what is missing"],
  [{ run: { program: "producer" } }, [], "run bin/start_producer.sh first"],
  [
    { run: { program: "source", port: 8000 } },
    [],
    "start it with bin/start_stream_source.sh -d ./data/texts -c 1024 -p 8000",
  ],
  [{ change: ["output"] }, run, "give another folder with --output"],
  [
    { change: ["topic", "table"], replace: true },
    run,
    "give another topic with --topic, give another table with --table, or replace what is there with --replace",
  ],
  [
    { change: ["output"], replace: true },
    generate,
    "give another folder with --output or replace what is there with --overwrite",
  ],
  [{ change: ["table"] }, consume, "give another table with --hive-table"],
  [
    { start: ["kafka"], change: ["broker"] },
    consume,
    "start it with `npx streambook up kafka` or give another broker with --kafka-broker-port",
  ],
  [{ change: ["chunkSize"] }, consume, undefined], // an option of another command
  [{}, run, undefined],
];

for (const [hint, flags, advice] of cases)
  test(`${JSON.stringify(hint)} for a command with ${flags.join(", ") || "no options"}`, () =>
    assert.equal(
      adviceOf(hint, (flag) => flags.includes(flag)),
      advice,
    ));

test("an error is its message and what to type, on one line; without a hint, the message alone", () => {
  const error = new StreambookError("STACK_DOWN", "the stack is not running", { hint: { start: [] } });
  assert.equal(
    describeError(error, () => false),
    "the stack is not running; start it with `npx streambook up`",
  );
  assert.equal(
    describeError(new Error("first\nsecond"), () => true),
    "first",
  );
});
