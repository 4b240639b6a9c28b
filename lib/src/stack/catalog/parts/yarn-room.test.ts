import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { demandRoom } from "./yarn-room.ts";

/** A ResourceManager that gives these answers, one after the other, and the last one from then on. */
async function resourceManager(answers: readonly object[]) {
  let asked = 0;
  const server = createServer((_, response) => {
    const clusterMetrics = answers[Math.min(asked++, answers.length - 1)];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ clusterMetrics }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const DEMAND = { "its application master": 768, "an executor": 896 };
const full = { activeNodes: 1, totalMB: 4096, availableMB: 1096, appsRunning: 1 };

test("an application waits for a NodeManager that is starting, and for room that has just been left", async () => {
  const none = { activeNodes: 0, totalMB: 0, availableMB: 0, appsRunning: 0 };
  await using yarn = await resourceManager([none, full, { ...full, availableMB: 1664 }]);
  await demandRoom("Spark", yarn.url, DEMAND);
});

test("where there is no room, the error says what was asked, and what there is", { timeout: 60_000 }, async () => {
  await using yarn = await resourceManager([full]);
  await assert.rejects(demandRoom("Spark", yarn.url, DEMAND), {
    code: "YARN_FULL",
    message:
      /^Spark asks YARN for 1664 MB \(768 MB for its application master, 896 MB for an executor\), and 1096 MB of its 4096 MB are free, beside 1 running application; /,
  });
});
