import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { StreambookError } from "../../errors/index.ts";
import { cleanUp } from "./visit.ts";

async function cleaned({ mock }: TestContext, finished: boolean): Promise<[number, string]> {
  const printed = mock.method(console, "log", () => undefined);
  let removed = 0;
  await cleanUp(finished, async () => void (await Promise.resolve(), removed++));
  return [removed, printed.mock.calls.map(({ arguments: [text] }) => String(text)).join("\n")];
}

test("a page that is run to its end keeps what it made, and says how to remove it", async (t) => {
  const [removed, printed] = await cleaned(t, false);
  assert.equal(removed, 0);
  assert.match(printed, /^Nothing was removed/);
});

test("who has finished has it removed, and reads where to begin again", async (t) => {
  const [removed, printed] = await cleaned(t, true);
  assert.equal(removed, 1);
  assert.match(printed, /is removed.*first cell/);
});

test("cleaning once more says that it was done, where connections are closed since; other errors stay", async (t) => {
  await cleaned(t, true);
  const printed = t.mock.method(console, "log", () => undefined);
  await cleanUp(true, () => {
    throw new StreambookError("USAGE", "this Hive session is closed; open another one");
  });
  assert.match(String(printed.mock.calls[0]?.arguments[0]), /was removed before.*begin at its first cell/);
  const failing = cleanUp(true, () => Promise.reject(new RangeError("no")));
  await assert.rejects(failing, RangeError);
});
