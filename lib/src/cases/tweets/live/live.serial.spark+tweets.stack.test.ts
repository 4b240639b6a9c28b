/** One SQL over the stream and the table. Its topic is that of lesson 12, since Trino knows no other: hence nothing runs beside it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { needs } from "../../../stack/fetch/needs-for-test.ts";
import { lakeForTest } from "../lake-for-test.ts";
import { tweetSchema } from "../names.ts";
import { plainLake } from "../plain/lake.ts";
import { makeViews } from "../serve/views.ts";
import { liveState } from "./live.ts";

suite("stream and history", await needs("spark", "s3", "trino"), () => {
  test("what the stream has and silver has not is counted, and how far silver has read", async () => {
    await using lake = await lakeForTest("nb12");
    const refresh = async (): Promise<void> => {
      await lake.ingest();
      await lake.refreshSilver();
      await lake.refreshGold();
      await makeViews(lake.trino, lake.names);
    };
    const plainOf = async (count: number) => plainLake(lake.messages(count), await tweetSchema());
    await lake.send(400);
    await refresh();
    await lake.send(600);
    const behind = await liveState(lake.trino, lake.names);
    await refresh();
    const live = await liveState(lake.trino, lake.names);
    const [first, all] = [await plainOf(400), await plainOf(600)];
    assert.deepEqual([live.kept, live.inGold], [all.readable, all.tweets]);
    assert.ok(behind.kept >= first.readable && behind.kept < live.kept, `${behind.kept} of ${live.kept}`);
    assert.ok(behind.messages === live.messages && live.waiting < behind.waiting);
    assert.ok(behind.silverAge! > behind.newestAge! + 1, "silver was behind the stream");
    assert.ok(live.silverAge! < live.newestAge! + 1, "and is not any more");
  });
});
