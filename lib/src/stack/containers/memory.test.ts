import assert from "node:assert/strict";
import { test } from "node:test";
import { service } from "../catalog/index.ts";
import { demandContainerMemory, memoryProblem, totalMemory, wantedMemory } from "./memory.ts";

test("too little memory is reported in numbers, with what to do", () => {
  assert.equal(memoryProblem(wantedMemory()), undefined);
  const problem = memoryProblem(wantedMemory() - 1.5e9) ?? "";
  assert.match(problem, /need 5(\.\d)? GB of memory, and the containers' machine has 3\.5 GB: 1\.5 GB too little/);
  assert.match(problem, /STREAMBOOK_IGNORE=memory docker compose up/);
});

test("the memory is that of the machine; where nobody says how much it is, it is enough", () => {
  assert.equal(
    totalMemory(() => "MemTotal:        3906252 kB\nMemFree: 1 kB\n"),
    3906252 * 1024,
  );
  assert.equal(memoryProblem(totalMemory(() => "")), undefined);
});

test("who wants to try all the same may", () => {
  demandContainerMemory("kafka", { STREAMBOOK_IGNORE: "disk,memory" });
});

test("a service beyond the core needs its own memory beside it", () => {
  assert.equal(wantedMemory("kafka"), wantedMemory());
  assert.equal(wantedMemory("metastore") - wantedMemory(), service("metastore").memory * 1e6);
});
