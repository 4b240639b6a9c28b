import assert from "node:assert/strict";
import { test } from "node:test";
import { Directory } from "./agents.ts";
import { streamId } from "./stream-id.ts";

test("addresses are one word each, and never the same twice, however many there are", () => {
  const directory = new Directory(7);
  const addresses = Array.from({ length: 100_000 }, () => directory.address());
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses.slice(0, 200)) assert.match(address, /^\/[a-z]+\.md$/);
  for (const address of addresses) assert.match(address, /^\/[a-z]+(-[a-z]+)*\.md$/);
});

test("agents have a first name, and the seed decides everything", () => {
  const some = (seed: number): string[] => {
    const directory = new Directory(seed);
    return Array.from({ length: 300 }, () => `${directory.agent()} ${directory.address()}`);
  };
  for (const line of some(1)) assert.match(line, /^Agent_[A-Z][a-z]+ \//);
  assert.deepEqual(some(1), some(1));
  assert.notDeepEqual(some(1), some(2));
});

test("stream identifiers are UUIDs of version 7 that grow, also within a millisecond and when the clock goes back", () => {
  const now = Date.now();
  const times = [now, ...Array.from({ length: 5000 }, () => now), now + 1, now - 1000, now + 2];
  const ids = times.map((time) => streamId(time));
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(Number.parseInt((ids[0] as string).replaceAll("-", "").slice(0, 12), 16), now);
});
