/** What a reader sees of a snapshot, on the page and in the terminal. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { JSDOM } from "jsdom";
import type { Snapshot } from "../figures/snapshot.ts";
import { at, snapshot } from "./snapshot-for-test.ts";
import { partsOf, watchPage } from "./page.ts";
import { snapshotText } from "./text.ts";
import { byteRateText, rateText, shareText, waitText } from "./words.ts";

describe("the page", () => {
  const { html, policy } = watchPage();
  const { document } = new JSDOM(html).window;
  for (const [id, part] of Object.entries(partsOf(snapshot))) {
    const place = document.getElementById(id);
    assert.ok(place !== null, `the page has a place for ${id}`);
    place.innerHTML = part;
  }
  const text = (selector: string): string => document.querySelector(selector)?.textContent.replace(/\s+/g, " ") ?? "";

  test("draws a lane for each topic, whose arrows carry the rates from topic to table", () => {
    const [first, second] = [...document.querySelectorAll(".lane")].map((lane) =>
      lane.textContent.replace(/\s+/g, " "),
    );
    assert.match(
      first ?? "",
      /120\/s in.*20 kB\/s.*<b>t<\/b>.*1,234 messages.*100\/s read.*lag 30, oldest 1 min.*90\/s kept.*1,000 rows in 3 files/,
    );
    assert.match(second ?? "", /alone.*No group has committed an offset/);
    assert.equal(document.querySelectorAll(".lane .spark polyline").length, 1, "what stands still has no line");
  });

  test("has lag by partition, each service's health, and what went wrong", () => {
    assert.match(text(".lags tbody tr"), /0.*30.*1 min/);
    assert.match(text(".service.good"), /Alpha.*running for 6 min.*processor12 %.*memory200 MB.*50 MB of 200 MB/);
    assert.match(text(".service.bad"), /Beta.*died/);
    assert.match(text(".faults"), /05:06:07.*Beta died: <i>why<\/i>/);
    assert.match(text(".problem"), /Kafka no broker answers/);
    assert.match(text(".tiles .bad"), /1 of 2/);
    assert.match(text("#clusters"), /Tables of no topic.*1 table.*lake\/tweets.*77 rows, 300 kB/);
  });

  test("takes what comes from elsewhere as text", () => {
    assert.equal(document.querySelectorAll(".lane h3 b, .faults i").length, 0);
  });

  test("runs its own scripts only, and asks nobody but the watch", () => {
    assert.match(policy, /default-src 'none'; script-src 'sha256-[^ ]+ 'sha256-[^ ]+; .*connect-src 'self'/);
    assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
  });

  test("of a stack that does not run says so", () => {
    const nothing: Snapshot = { at, services: [], topics: [], groups: [], tables: [], faults: [], problems: [] };
    const parts = partsOf(nothing);
    assert.match(parts.lanes, /No topic yet/);
    assert.match(parts.summary, /nothing runs/);
    assert.match(parts.clusters, /Neither HDFS nor YARN answers/);
  });
});

describe("the text for a terminal", () => {
  test("has all the same, and nothing that a terminal would obey", () => {
    const text = snapshotText(snapshot);
    for (const part of [
      "Alpha",
      "12 %",
      "Beta",
      "1,234",
      "120/s",
      "0: 30  1: 0",
      "kept",
      "200 MB free",
      "2 containers at work",
      "by-minute",
      "Beta died",
    ])
      assert.ok(text.includes(part), `${part} in\n${text}`);
    assert.ok(!text.includes("\u001b"));
    assert.match(text, /1 service of the core not started/);
  });

  test("is as wide as the terminal at the most", () => {
    for (const line of snapshotText(snapshot, 40).split("\n")) assert.ok([...line].length <= 40, line);
  });
});

const words: readonly (readonly [string, string])[] = [
  [rateText(0), "0/s"],
  [rateText(0.26), "0.3/s"],
  [rateText(1204), "1,204/s"],
  [byteRateText(2e4), "20 kB/s"],
  [shareText(0.0004), "0 %"],
  [shareText(0.034), "3.4 %"],
  [shareText(1.5), "150 %"],
  [waitText(0, 0), "—"],
  [waitText(0, 3), "under 2 s"],
  [waitText(7.6, 1), "8 s"],
  [waitText(75, 1), "1 min"],
];
for (const [made, expected] of words) test(expected, () => assert.equal(made, expected));
