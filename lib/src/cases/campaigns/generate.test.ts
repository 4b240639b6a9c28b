import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { compileCheck, loadSchema } from "../../schema/index.ts";
import { type CaseEvent, type EventOptions, take } from "../events/event.ts";
import { knownCampaigns } from "./dictionary.ts";
import { type AdView, adViews, DOUBLE_DISTANCE, VIEWS_PER_SECOND } from "./generate.ts";

const check = compileCheck(await loadSchema("schemas/ad-views.json"));
const many = first(40_000);
const start = Date.parse("2026-09-13T06:30:00Z");

function first(count: number, options?: EventOptions): CaseEvent[] {
  return [...take(adViews(options), count)];
}

function faultOf({ value }: CaseEvent): string | undefined {
  try {
    return check(JSON.parse(value));
  } catch {
    return "is not JSON";
  }
}

function view({ value }: CaseEvent): AdView {
  return JSON.parse(value) as AdView;
}

suite("the views of the campaigns", () => {
  test("are the same for the same seed, however many are taken, and others for another", () => {
    assert.deepEqual(first(500), many.slice(0, 500));
    assert.notDeepEqual(first(10, { seed: 43 }), many.slice(0, 10));
  });

  test("follow the schema, but for the share that does not, which does so in every way", () => {
    const faults = many.map(faultOf).filter((fault) => fault !== undefined);
    assert.ok(faults.length > 20 && faults.length < 80, `${faults.length} of 40,000, a thousandth`);
    for (const kind of [/JSON/, /a whole number/, /end_timestamp/, /1001/, /with Z/, /missing/, /not in the schema/])
      assert.ok(faults.some((fault) => kind.test(fault)), `${kind} in ${faults.join("; ")}`); // prettier-ignore
    assert.deepEqual(first(5000, { malformed: 0 }).filter(faultOf), []);
    assert.equal(first(500, { malformed: 1 }).filter(faultOf).length, 500);
  });

  test("come twice as often as is said, and soon", () => {
    const seen = new Map<string, number>();
    const distances: number[] = [];
    for (const [index, { key }] of many.entries()) {
      const before = seen.get(key);
      if (before === undefined) seen.set(key, index);
      else distances.push(index - before);
    }
    assert.ok(distances.length > 120 && distances.length < 280, `${distances.length} of 40,000, five thousandths`);
    assert.ok(Math.max(...distances) <= DOUBLE_DISTANCE);
    assert.equal(new Set(first(5000, { doubled: 0 }).map(({ key }) => key)).size, 5000);
    const often = first(20_000, { doubled: 1 });
    assert.ok(new Set(often.map(({ key }) => key)).size > 9000, "also when all are sent twice, new ones come");
  });

  test("end before they arrive, most of them seconds, the late ones more than a watermark of a minute", () => {
    const delays = first(40_000, { malformed: 0, doubled: 0 }).map(
      (event, index) => start + (index * 1000) / VIEWS_PER_SECOND - Date.parse(view(event).end_timestamp),
    );
    assert.ok(delays.every((delay) => delay >= 0 && (delay <= 21_000 || (delay >= 75_000 && delay <= 900_001))));
    const late = delays.filter((delay) => delay > 60_000).length;
    assert.ok(late > 320 && late < 480, `${late} of 40,000, a hundredth`);
  });

  test("are of all campaigns of the dictionary, and of some that it does not have", () => {
    const seen = new Set(many.filter((event) => faultOf(event) === undefined).map((event) => view(event).campaign_id));
    for (const { id } of knownCampaigns()) assert.ok(seen.delete(id), String(id));
    assert.ok(seen.size > 3 && [...seen].every((id) => id > 900));
  });

  test("begin when they are said to", () => {
    const [event] = first(1, { start: new Date("2027-01-01T00:00:00Z"), late: 0, malformed: 0 });
    assert.match(view(event!).end_timestamp, /^2026-12-31T23:59:[345]/);
  });
});
