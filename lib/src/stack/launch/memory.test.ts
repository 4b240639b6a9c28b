import assert from "node:assert/strict";
import { test } from "node:test";
import { WANTED_MEMORY } from "../../../../setup/machine/requirements.mjs";
import { resolveServices } from "../catalog/index.ts";
import { demandMemory, JOB_MEMORY, memoryOfServices } from "./memory.ts";

test("memory is asked for only of what starts, and said in numbers when it is not there", async () => {
  await demandMemory(["kafka"], {}, 300e6);
  await assert.rejects(demandMemory(["kafka", "kafka-2"], {}, 300e6), {
    code: "SETUP_MISSING",
    message: /these 2 services need 440 MB of memory, and 300 MB is available; .*the largest: Kafka, Kafka 2/,
  });
  await assert.rejects(demandMemory(["kafka"], {}, 0), /this service needs 220 MB/);
  await demandMemory(resolveServices(["all"]), { STREAMBOOK_IGNORE: "disk,memory" }, 0);
  await demandMemory([], {}, 0);
});

test("what set-up asks for is enough for the core and a job", () => {
  assert.ok(WANTED_MEMORY >= (memoryOfServices(resolveServices()) + JOB_MEMORY) * 1e6);
});
