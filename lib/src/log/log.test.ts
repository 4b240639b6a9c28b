import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createLogger, silentLogger } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "streambook-log-"));
after(() => rm(folder, { recursive: true, force: true }));

test("everything goes to the file as NDJSON, also into a folder that has to be made", async () => {
  const logger = createLogger("consumer", { folder: join(folder, "new", "logs"), console: "silent" });
  logger.debug({ partition: 1 }, "fetched");
  logger.warn("slow");
  const lines = (await readFile(join(folder, "new", "logs", "consumer.log"), "utf8")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    records.map(({ level, msg, name }) => [level, msg, name]),
    [
      [20, "fetched", "consumer"],
      [40, "slow", "consumer"],
    ],
  );
  assert.equal(records[0]?.["partition"], 1);
});

test("people see warnings, one line each, with the cause", (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  const logger = createLogger("consumer");
  logger.info("not this");
  logger.warn({ err: new Error("refused") }, "Kafka is away");
  t.mock.restoreAll();
  assert.deepEqual(written, ["consumer: warning: Kafka is away: refused\n"]);
});

test("the silent logger says nothing, and costs nothing to ask", () => {
  assert.equal(silentLogger.isLevelEnabled("fatal"), false);
});
