import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { parseOptions } from "./options.ts";

const wrong: readonly (readonly [given: string, message: RegExp])[] = [
  ["", /^give one of kills, services, network, or disk$/],
  ["floods", /no campaign "floods"; give one of/],
  ["kills network", /^give one of/],
  ["kills --minutes 0", /--minutes must be a number above 0, at most 1440, and is "0"/],
  ["kills --minutes ten", /--minutes/],
  ["kills --faults 0", /--faults must be a whole number from 1/],
  ["kills --faults 1.5", /--faults/],
  ["kills --seed x", /--seed must be a whole number from 0 to 4294967295, and is "x"/],
  ["kills --seed -1", /'--seed'/],
  ["kills --consumers 9", /--consumers must be a whole number from 1 to 8/],
  ["services --brokers 2", /--brokers must be 1 or 3/],
  ["services --brokers 4", /--brokers must be a whole number from 1 to 3/],
  ["network --brokers 3", /network strikes at one broker/],
  ["kills --minuts 3", /'--minuts'/],
];
for (const [given, message] of wrong) {
  test(`campaign ${given}: says what is wrong`, () => {
    assert.throws(() => parseOptions(given.split(" ").filter(Boolean)), { code: "USAGE", message });
  });
}

test("without minutes and faults it takes five minutes; with a number of faults, as long as they take", () => {
  assert.equal(parseOptions(["kills"]).minutes, 5);
  assert.equal(parseOptions(["kills", "--faults", "3"]).minutes, Infinity);
  assert.deepEqual(
    (({ kind, seed, faults, minutes }) => ({ kind, seed, faults, minutes }))(
      parseOptions(["network", "--seed", "7", "--faults", "3", "--minutes", "0.5"]),
    ),
    { kind: "network", seed: 7, faults: 3, minutes: 0.5 },
  );
});

test("the command says it on one line, shows how it is called, and starts nothing", async () => {
  const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) =>
    execFile(
      process.execPath,
      [join(import.meta.dirname, "main.ts"), "kills", "--minutes", "0"],
      (error, _out, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }),
    ),
  );
  assert.match(stderr, /^campaign: --minutes must be [^\n]*\nusage: npm run campaign -- kills \| [^\n]*\n$/);
  assert.equal(code, 2);
});
