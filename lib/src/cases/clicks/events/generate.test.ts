import assert from "node:assert/strict";
import { test } from "node:test";
import { compileCheck } from "../../../schema/index.ts";
import type { CaseEvent } from "../../events/event.ts";
import { first, schemasForTest, topics } from "../events-for-test.ts";
import { clicks } from "./generate.ts";

const clean = { late: 0, doubled: 0, malformed: 0 };
const schemas = await schemasForTest();
const checks = new Map(schemas.map((schema) => [schema.name, compileCheck(schema)]));
const read = ({ value }: CaseEvent) => JSON.parse(value) as Record<string, string | number | null>;
const timeOf = (event: CaseEvent) => String(read(event)["timestamp"]);
const idOf = (event: CaseEvent) => read(event)["event_id"] ?? read(event)["transaction_id"];
const reasonOf = (event: CaseEvent): string | undefined => {
  let message: unknown;
  try {
    message = read(event);
  } catch {
    return "no JSON";
  }
  return checks.get(event.topic)?.(message);
};
const isReadable = (event: CaseEvent) => reasonOf(event) === undefined;

test("equal seeds give equal events, however many are taken, and another seed others", () => {
  const some = first(500, clicks());
  assert.deepEqual(first(2000, clicks({ seed: 42 })).slice(0, 500), some);
  const others = new Set(first(500, clicks({ seed: 43, ...clean })).map(idOf));
  assert.ok(!some.filter(isReadable).some((event) => others.has(idOf(event))));
});

test("events of all topics, as their schemas want them, in the order of their times", () => {
  const events = first(5000, clicks(clean));
  assert.deepEqual(new Set(events.map(({ topic }) => topic)), new Set(topics));
  for (const event of events) assert.equal(checks.get(event.topic)?.(read(event)), undefined, event.value);
  assert.deepEqual(events.map(timeOf), events.map(timeOf).toSorted());
  assert.equal(new Set(events.map(idOf)).size, events.length);
  for (const event of events) assert.equal(event.key, read(event)["user_id"]);
});

test("purchases belong to what was viewed and clicked before, in the same session, and cost a price times a quantity", () => {
  const seen = new Set<string>();
  const prices = new Map<unknown, number>();
  let bought = 0;
  for (const event of first(20_000, clicks(clean))) {
    const { session_id, product, event: what, quantity, amount } = read(event);
    if (event.topic === "clickstream_raw") seen.add(`${session_id} ${product} ${what}`);
    if (event.topic !== "transactions") continue;
    bought++;
    assert.ok(seen.has(`${session_id} ${product} view`) && seen.has(`${session_id} ${product} click`));
    const price = Math.round((Number(amount) * 100) / Number(quantity));
    assert.equal(prices.get(product) ?? price, price);
    prices.set(product, price);
  }
  assert.ok(bought > 500);
});

test("the shares of late, doubled and malformed events are those asked for", () => {
  const events = first(20_000, clicks({ late: 0.1, doubled: 0.05, malformed: 0.02 }));
  const readable = events.filter(isReadable);
  const near = (found: number, share: number) =>
    assert.ok(
      Math.abs(found / events.length - share) < share / 4,
      `${found} of ${events.length}, and ${share} asked for`,
    );
  near(events.length - readable.length, 0.02);
  near(readable.length - new Set(readable.map(idOf)).size, 0.05);
  let newest = "";
  const late = readable.filter((event) => {
    const isLate = timeOf(event) < newest;
    if (!isLate) newest = timeOf(event);
    return isLate;
  });
  near(late.length, 0.15); // what is sent again is late, too
});

test("what is malformed goes wrong in every way: no JSON, fields, types, times, ids, limits", () => {
  const reasons = new Set<string>();
  for (const event of first(3000, clicks({ malformed: 1 }))) {
    assert.ok(!isReadable(event), event.value);
    reasons.add(reasonOf(event) ?? "none");
  }
  for (const wanted of [
    /no JSON/,
    /not a JSON object/,
    /"user_id" must be text/,
    /"timestamp" must be a time/,
    /"timestamp" must be 2020/,
    /"session_id" is missing/,
    /"colour" is not in the schema/,
    /"event" must be one of/,
    /"action" must be one of/,
    /"quantity" must be 1/,
    /"amount" must be a decimal/,
  ])
    assert.ok(
      [...reasons].some((reason) => wanted.test(reason)),
      `${wanted} is among ${[...reasons].join("; ")}`,
    );
});

test("an old till writes its amounts as text, which is the same amount", () => {
  const sold = first(150_000, clicks(clean)).filter(({ topic }) => topic === "transactions");
  const texts = sold.filter((event) => typeof read(event)["amount"] === "string");
  assert.ok(texts.length > 0 && texts.length < 40);
});

test("nothing happens while the shop is closed, and something in the hours around", () => {
  const start = new Date("2026-10-25T00:30:00Z");
  const hours = first(20_000, clicks({ ...clean, start })).map((event) => timeOf(event).slice(0, 13));
  assert.ok(hours.includes("2026-10-25T01") && hours.includes("2026-10-25T03"));
  assert.ok(!hours.includes("2026-10-25T02"));
});
