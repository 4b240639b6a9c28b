import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { writingInto } from "./index.ts";

test(
  "a full disk is reported with the folder and what to do; other errors pass",
  { skip: !existsSync("/dev/full") },
  async () => {
    await assert.rejects(
      writingInto("/out", () => writeFile("/dev/full", "x")),
      {
        code: "OUTPUT_FAILED",
        message: /^cannot write into \/out \(ENOSPC.*free some disk$/,
        hint: { change: ["output"] },
      },
    );
    const other = new Error("other");
    await assert.rejects(
      writingInto("/out", () => Promise.reject(other)),
      (error) => error === other,
    );
    assert.equal(await writingInto("/out", async () => 1), 1);
  },
);
