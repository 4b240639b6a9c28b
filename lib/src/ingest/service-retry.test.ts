import assert from "node:assert/strict";
import { test } from "node:test";
import { StreambookError } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";
import { Patience, type PatienceOptions } from "./patience.ts";

const away = new StreambookError("UNREACHABLE", "the NameNode does not answer");

function patient(options: Omit<PatienceOptions, "logger"> = {}): { patience: Patience; warnings: string[] } {
  const warnings: string[] = [];
  const logger = { warn: (text: string) => void warnings.push(text) } as unknown as Logger;
  return { patience: new Patience({ ...options, logger }), warnings };
}

test("a service that comes back is waited for, aloud", async () => {
  const { patience, warnings } = patient();
  let tries = 0;
  const back = async (): Promise<string> => (++tries < 3 ? Promise.reject(away) : "written");
  assert.equal(await patience.try("writing a file", back), "written");
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? "", /^writing a file: the NameNode does not answer; try 2 in 1 s$/);
  patience[Symbol.dispose]();
});

test("a service that stays away is given up after a time, however long one try takes", async () => {
  const { patience } = patient({ longest: 2000 });
  const begin = performance.now();
  let tries = 0;
  const hang = async (): Promise<never> => {
    tries++;
    await new Promise((resolve) => setTimeout(resolve, 1300));
    throw away;
  };
  await assert.rejects(patience.try("writing a file", hang), away);
  assert.equal(tries, 2, "the second try ends after the time");
  assert.ok(performance.now() - begin < 8000);
  patience[Symbol.dispose]();
});

test("what another try cannot fix is not tried again", async () => {
  const { patience, warnings } = patient();
  for (const code of ["PARTITION_LOST", "USAGE"] as const)
    await assert.rejects(
      patience.try("x", () => Promise.reject(new StreambookError(code, "no"))),
      { code },
    );
  assert.deepEqual(warnings, []);
  patience[Symbol.dispose]();
});

test("in a hurry, a service that stays away is waited for a moment only, and its failure is what is told", async () => {
  const stop = new AbortController();
  const { patience } = patient({ hurry: stop.signal, inHurry: 200 });
  stop.abort();
  const begin = performance.now();
  await assert.rejects(
    patience.try("x", () => Promise.reject(away)),
    away,
  );
  assert.ok(performance.now() - begin < 2000);
  await assert.rejects(
    patience.try("x", async () => "too late"),
    { code: "TIMEOUT" },
  );
  patience[Symbol.dispose]();
});

test("in a hurry, what is achieved begins the moment anew", async () => {
  const stop = new AbortController();
  const { patience } = patient({ hurry: stop.signal, inHurry: 300 });
  stop.abort();
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(await patience.try("x", async () => i), i);
  }
  patience[Symbol.dispose]();
});

test("another signal ends it at once", async () => {
  const { patience } = patient();
  await assert.rejects(
    patience.try("x", () => Promise.reject(away), AbortSignal.abort(new Error("over"))),
    /over/,
  );
  patience[Symbol.dispose]();
});
