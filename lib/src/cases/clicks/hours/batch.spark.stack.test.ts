/** The hourly batch on real services: hours that are complete, done again, half there, empty, in whatever zone. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { openHive } from "../../../hive/index.ts";
import { openSpark } from "../../../spark/index.ts";
import { needs } from "../../../stack/fetch/needs-for-test.ts";
import { clicks } from "../events/generate.ts";
import { first, shop } from "../events-for-test.ts";
import { rawFolder } from "../names.ts";
import { type ShopForTest, shopForTest } from "../stack-for-test.ts";
import { openCleanTable } from "./clean-table.ts";
import { replaceHours } from "./clean.ts";
import { rawFiles } from "./raw-files.ts";

/** The night in which summer time ends in Europe: 00:45 and 01:45 UTC are both 02:45 in Berlin. */
const start = new Date("2026-10-25T00:30:00Z");
const night = "2026-10-25";
const hoursOf = (hours: readonly { readonly hour: string }[]) => hours.map(({ hour }) => hour.slice(-2)).join(" ");

suite("hours of clicks", await needs("spark"), () => {
  let own: ShopForTest;
  before(async () => {
    own = await shopForTest();
    await own.send(first(9000, clicks({ start, late: 0.01, doubled: 0.02, malformed: 0.01 })));
  });
  after(() => own[Symbol.asyncDispose]());

  test("are done when every partition has passed their end; one that was waited for long enough is done, too", async () => {
    const { rows, deadLetters } = await own.keep();
    assert.equal(rows + deadLetters, own.sent.length);
    const report = await own.clean({ timeLimit: 3600 });
    assert.equal(hoursOf(report.done), "00 01 03", "nothing happened from 02 to 03: the shop was closed");
    assert.ok(report.done.every(({ complete, again }) => complete === "passed" && !again));
    assert.equal(hoursOf(report.waiting), "04");
    assert.equal(report.waiting[0]?.waitingFor.length, 9);
    const last = await own.clean({ timeLimit: 0 });
    assert.equal(hoursOf(last.done), "04");
    assert.equal(last.done[0]?.complete, "time limit");
    await own.prove();
    await own.proveByHive();
  });

  test("done twice are done once, and what is done is not done again by itself", async () => {
    assert.deepEqual((await own.clean({ timeLimit: 0 })).done, []);
    const again = await own.clean({ hours: [`${night}T00`, `${night}T03`] });
    assert.equal(hoursOf(again.done), "00 03");
    assert.ok(again.done.every((hour) => hour.again));
    await own.prove();
  });

  test("without events are no hours, also when they are asked for", async () => {
    const { done, empty } = await own.clean({ hours: [`${night}T02`] });
    assert.deepEqual([done, empty], [[], [`${night}T02`]]);
  });

  test("are done again when an event comes late", async () => {
    await own.send([shop("u1", "late", night).view("03:59:59.999", "tent")]);
    await own.keep();
    const { done } = await own.clean({ timeLimit: 3600 });
    assert.deepEqual(
      done.map(({ hour, again }) => [hour, again]),
      [[`${night}T03`, true]],
    );
    const { counts } = await own.prove();
    assert.equal(counts.sent, 9001);
  });

  test("half of which was there when the time limit was over are whole when the rest has come", async () => {
    await using other = await shopForTest();
    const events = first(2500, clicks({ start }));
    await other.send(events.slice(0, 1000));
    await other.keep();
    const half = await other.clean({ timeLimit: 0 });
    assert.equal(hoursOf(half.done), "00");
    await other.send(events.slice(1000));
    await other.keep();
    const whole = await other.clean({ timeLimit: 0 });
    assert.deepEqual(
      whole.done.map(({ hour, again }) => [hour.slice(-2), again]),
      [
        ["00", true],
        ["01", false],
      ],
    );
    await other.prove();
  });

  test("are whole or not there while a batch is ended at any moment", async () => {
    const hours = ["00", "01", "03", "04"].map((hour) => `${night}T${hour}`);
    for (const milliseconds of [1, 300, 900, 1500]) {
      const signal = AbortSignal.timeout(milliseconds);
      await own.clean({ hours, signal }).catch((error: unknown) => assert.ok(signal.aborted, String(error)));
    }
    await own.prove();
    assert.equal((await own.clean({ hours })).done.length, 4);
    await own.prove();
  });

  test("do not read what is still being written, nor files without a row", async () => {
    const { names, hdfs } = own;
    const folder = `${rawFolder(names)}/topic=${names.topics[0]?.topic}`;
    const before = await rawFiles(hdfs, names);
    const range = "0000000000000090000-0000000000000090001";
    const name = `${names.topics[0]?.topic}_0_${range}.json`;
    await hdfs.write(`${folder}/_staging/${name}.8c2f`, Buffer.from(`{"event_id":"half`));
    await hdfs.write(`${folder}/date=2026-12-31/hour=23/${name}`, Buffer.from(""));
    assert.deepEqual(await rawFiles(hdfs, names), before);
    assert.deepEqual((await own.clean({ timeLimit: 0 })).done, []);
    await hdfs.remove(`${folder}/date=2026-12-31`, { recursive: true });
    await hdfs.remove(`${folder}/_staging`, { recursive: true });
  });

  test("are the same in whatever zone sessions are, also where an hour comes twice", async () => {
    const { at, names, hdfs } = own;
    const zone = "Europe/Berlin";
    {
      await using table = await openCleanTable(names, at, undefined);
      await using spark = await openSpark({
        address: at.spark ?? "",
        configuration: { "spark.sql.session.timeZone": zone },
      });
      await replaceHours(spark, table, { hdfs: at.hdfs, raw: rawFolder(names) }, await rawFiles(hdfs, names));
    }
    const plain = await own.prove({ "spark.sql.session.timeZone": "Pacific/Auckland" });
    await own.proveByHive({ "hive.local.time.zone": zone });
    const hours = plain.answers.trend.map(({ hour }) => hour);
    assert.ok(hours.includes(`${night}T00`) && hours.includes(`${night}T01`));
    // What people read as a time is UTC in both.
    await using hive = await openHive({ address: at.hive });
    await hive.execute(`SET hive.local.time.zone=${zone}`);
    const wrong = `SELECT count(*) AS n FROM ${names.table} WHERE concat(\`date\`, ' ', \`hour\`) <> substr(CAST(event_time AS STRING), 1, 13)`;
    assert.deepEqual(await hive.query(wrong), [{ n: 0 }]);
    await using spark = await openSpark({ address: at.spark ?? "" });
    assert.deepEqual(await spark.sql(wrong), [{ n: 0n }]);
  });
});
