import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { eventReader } from "./clean-event.ts";
import type { CaseEvent } from "../../events/event.ts";
import { first, schemasForTest, shop } from "../events-for-test.ts";
import { clicksAnswer } from "./expected.ts";
import { clicks } from "../events/generate.ts";

const schemas = await schemasForTest();
const answersTo = (events: Iterable<CaseEvent>) => clicksAnswer(events, schemas, 3);

suite("the plain answer", () => {
  test("counts what each category and product was looked at, put in the cart, and sold for", () => {
    const ada = shop("u1", "s1");
    const { answers, counts } = answersTo([
      ada.view("12:00", "tent"),
      ada.view("12:01", "football"),
      ada.click("12:02", "tent"),
      ada.buy("12:03", "tent", 2, "298.00"),
      ada.buy("12:04", "football", 1, 21.99),
    ]);
    assert.deepEqual(counts, { sent: 5, malformed: 0, doubled: 0, clean: 5 });
    const sums = { views: 2, clicks: 1, purchases: 2, quantity: 3, revenue_cents: 31_999 };
    assert.deepEqual(answers.by_category, [{ category: "sport", ...sums }]);
    assert.deepEqual(answers.by_product, [
      { category: "sport", product: "football", views: 1, clicks: 0, purchases: 1, quantity: 1, revenue_cents: 2199 },
      { category: "sport", product: "tent", views: 1, clicks: 1, purchases: 1, quantity: 2, revenue_cents: 29_800 },
    ]);
    assert.deepEqual(answers.trend, [{ hour: "2026-10-24T12", events: 5, ...sums, users: 1 }]);
  });

  test("cuts sessions at half an hour, and sees where the shop counts otherwise", () => {
    const [one, two] = [shop("u1", "s1"), shop("u1", "s2")];
    const [divided, same] = [shop("u2", "s3"), shop("u3", "s4")];
    const { answers } = answersTo([
      one.page("12:00", "home"),
      two.page("12:29:59.999", "home"), // the shop begins another session
      divided.page("12:00", "home"),
      divided.page("12:30", "home"), // the shop goes on with the session
      same.page("12:58", "home"),
      same.page("13:01", "home"),
    ]);
    assert.deepEqual(answers.agreement, [
      { agreement: "divided", sessions: 1 },
      { agreement: "joined", sessions: 2 },
      { agreement: "same", sessions: 1 },
    ]);
    const minute = 60_000;
    assert.deepEqual(answers.sessions_given, [
      { hour: "2026-10-24T12", sessions: 4, events: 6, milliseconds: 33 * minute },
    ]);
    assert.deepEqual(answers.sessions_by_gap, [
      { hour: "2026-10-24T12", sessions: 4, events: 6, milliseconds: 33 * minute - 1 },
    ]);
  });

  test("follows a session through the funnel: a step counts after the one before", () => {
    const [buyer, early, looker, none] = ["s1", "s2", "s3", "s4"].map((session) => shop(session, session));
    assert.ok(buyer && early && looker && none);
    const { answers } = answersTo([
      buyer.view("12:00", "tent"),
      buyer.click("12:01", "tent"),
      buyer.page("12:02", "cart"),
      buyer.buy("12:03", "tent"),
      early.click("12:00", "tent"), // nobody knows where this came from
      early.view("12:01", "tent"),
      early.buy("12:02", "tent"),
      looker.view("12:00", "tent"),
      looker.page("12:01", "category"),
      none.page("12:00", "home"),
      none.act("12:01", "logout"),
    ]);
    const steps = [
      { stage: "click", sessions: 1 },
      { stage: "purchase", sessions: 1 },
      { stage: "view", sessions: 3 },
    ];
    assert.deepEqual(answers.funnel, steps);
    assert.deepEqual(
      answers.funnel_by_category,
      steps.map((step) => ({ category: "sport", ...step })),
    );
    assert.deepEqual(answers.drop_offs, [
      { last_stage: "none", last_page: "home", sessions: 1 },
      { last_stage: "purchase", last_page: "cart", sessions: 1 },
      { last_stage: "view", last_page: "category", sessions: 1 },
      { last_stage: "view", last_page: "product", sessions: 1 },
    ]);
    assert.deepEqual(answers.paths, [
      { path: "home", sessions: 1, buying: 0 },
      { path: "product", sessions: 1, buying: 1 },
      { path: "product > cart", sessions: 1, buying: 1 },
      { path: "product > category", sessions: 1, buying: 0 },
    ]);
  });

  test("counts an event once, however often it comes, and one that comes after its hour as late", () => {
    const ada = shop("u1", "s1");
    const first = ada.page("12:59", "home");
    const { answers, counts } = answersTo([
      first,
      first,
      ada.page("13:01", "search"),
      ada.page("12:58", "category"),
      first,
      { topic: "user_events", key: "u1", value: "{" },
    ]);
    assert.deepEqual(counts, { sent: 6, malformed: 1, doubled: 2, clean: 3 });
    assert.deepEqual(answers.arrivals, [
      { topic: "clickstream_raw", hour: "2026-10-24T12", events: 2, doubled: 2, late: 1 },
      { topic: "clickstream_raw", hour: "2026-10-24T13", events: 1, doubled: 0, late: 0 },
    ]);
    assert.deepEqual(answers.paths, [{ path: "category > home > search", sessions: 1, buying: 0 }]);
  });

  test("is the same when nothing is late or doubled, but for the count of what is", () => {
    const sent = first(30_000, clicks({ late: 0.05, doubled: 0.05, malformed: 0.01 }));
    const read = eventReader(schemas);
    const byId = new Map(sent.flatMap((event) => (read(event) ? [[read(event)?.id, event] as const] : [])));
    const timeOf = (event: CaseEvent) => read(event)?.time ?? 0;
    const tidy = [...byId.values()].sort((a, b) => timeOf(a) - timeOf(b));
    const { answers, counts } = answersTo(sent);
    assert.ok(counts.malformed > 0 && counts.doubled > 0 && answers.arrivals.some(({ late }) => Number(late) > 0));
    assert.equal(counts.clean, tidy.length);
    assert.deepEqual({ ...answers, arrivals: [] }, { ...answersTo(tidy).answers, arrivals: [] });
  });
});
