import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "../log/index.ts";
import { OtherMembers } from "./other-members.ts";

function listening(): { logger: Logger; warnings: string[] } {
  const warnings: string[] = [];
  return { logger: { warn: (text: string) => void warnings.push(text) } as unknown as Logger, warnings };
}

/** A topic's stream whose other members leave so many partitions unread, one look after the other. */
function share(topic: string, unread: readonly number[][]): ConstructorParameters<typeof OtherMembers>[0][number] {
  const looks = [...unread];
  return { state: { topic }, isDone: true, unreadElsewhere: () => Promise.resolve(looks.shift() ?? []) };
}

test("all is read when every topic is, here and by the others", async () => {
  const { logger, warnings } = listening();
  assert.equal(await new OtherMembers([share("a", []), share("b", [])], { logger }).haveRead(), true);
  const others = new OtherMembers([share("a", [[1]]), share("b", [[], []])], { logger });
  assert.equal(await others.haveRead(), false);
  assert.equal(await others.haveRead(), true);
  assert.deepEqual(warnings, []);
});

test("while this member has something to read, the others are not asked", async () => {
  const mine = { ...share("a", []), isDone: false, unreadElsewhere: () => assert.fail("asked") };
  assert.equal(await new OtherMembers([mine], listening()).haveRead(), false);
});

test("a member that shows nothing for a session is left its share, aloud", async () => {
  const { logger, warnings } = listening();
  const others = new OtherMembers(
    [
      share("a", [
        [0, 3],
        [0, 3],
      ]),
    ],
    { logger, timeout: 100 },
  );
  assert.equal(await others.haveRead(), false);
  assert.equal(await others.haveRead(), true);
  assert.match(warnings.join(), /another consumer of the group still reads a\[0\], a\[3\]/);
});
