import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnginesOptions } from "./options.ts";

test("without options, all run that need no further service", () => {
  assert.deepEqual(parseEnginesOptions([]), {
    messages: 50_000,
    pairs: 3,
    warmUp: true,
    only: ["ours", "python", "python-words", "pyspark"],
  });
});

test("a long run can do without a warm-up", () => {
  assert.equal(parseEnginesOptions(["--warm-up", "no"]).warmUp, false);
  assert.throws(() => parseEnginesOptions(["--warm-up", "0"]), {
    code: "USAGE",
    message: /--warm-up must be yes or no/,
  });
});

test("ours always runs, and each once, in the order of the table", () => {
  const { only } = parseEnginesOptions(["--only", "spark, python,python"]);
  assert.deepEqual(only, ["ours", "python", "spark"]);
});

test("an unknown engine is named beside those that there are", () => {
  assert.throws(() => parseEnginesOptions(["--only", "python,flink"]), {
    code: "USAGE",
    message: /no engine "flink"; give some of .*python-words.*spark/,
  });
  assert.throws(() => parseEnginesOptions(["--only", ""]), { code: "USAGE", message: /no engine ""/ });
});

test("numbers that are none, and options that there are not, are refused", () => {
  assert.throws(() => parseEnginesOptions(["--pairs", "0"]), { code: "USAGE", message: /--pairs must be/ });
  assert.throws(() => parseEnginesOptions(["--rounds", "3"]), { code: "USAGE", message: /takes .*--only VALUE/ });
});
