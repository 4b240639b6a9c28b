/** A schema as Trino's connector for Kafka wants it. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseSchema } from "../../../schema/index.ts";
import { describeTopics, topicTable, topicTables } from "./topic-tables.ts";

test("each field is a column with its way through the message; those of a record are columns of their own", () => {
  const schema = parseSchema({
    name: "purchases",
    fields: [
      { name: "at", type: "timestamp", doc: "When" },
      { name: "price", type: "decimal", precision: 10, scale: 2, doc: "" },
      { name: "count", type: "bigint", doc: "" },
      { name: "tags", type: "array", items: "string", doc: "" },
      {
        ...{ name: "buyer", type: "record", nullable: true, doc: "Who" },
        fields: [
          { name: "name", type: "string", doc: "The name" },
          { name: "born", type: "date", nullable: true, doc: "" },
        ],
      },
    ],
  });
  const { message, ...names } = topicTable("my-purchases", schema);
  assert.deepEqual(names, { tableName: "purchases", schemaName: "default", topicName: "my-purchases" });
  assert.deepEqual(message, {
    dataFormat: "json",
    fields: [
      { name: "at", mapping: "at", type: "TIMESTAMP", dataFormat: "iso8601", comment: "When" },
      { name: "price", mapping: "price", type: "VARCHAR" },
      { name: "count", mapping: "count", type: "BIGINT" },
      { name: "tags", mapping: "tags", type: "VARCHAR" },
      { name: "buyer_name", mapping: "buyer/name", type: "VARCHAR", comment: "The name" },
      { name: "buyer_born", mapping: "buyer/born", type: "DATE", dataFormat: "iso8601" },
    ],
  });
});

test("every topic of schemas/ is described, and what stood in the folder before is gone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-topics-"));
  try {
    await writeFile(join(folder, "earlier.json"), "{}");
    await describeTopics(folder);
    const files = await readdir(folder);
    assert.equal(files.length, topicTables().length);
    const tables = await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as { tableName: string }),
    );
    assert.deepEqual(tables.map(({ tableName }) => tableName).sort(), topicTables().sort());
    assert.ok(topicTables().includes("ad_views"));
    assert.deepEqual(topicTables(), [...new Set(topicTables())]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the topic of a lesson has the columns of the topic that it is like", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-topics-"));
  try {
    await describeTopics(folder);
    const read = async (topic: string): Promise<object> =>
      JSON.parse(await readFile(join(folder, `${topic}.json`), "utf8")) as object;
    const lesson = { tableName: "tweets_nb12", topicName: "tweets_nb12" };
    assert.deepEqual(await read("tweets_nb12"), { ...(await read("tweets")), ...lesson });
  } finally {
    await rm(folder, { recursive: true });
  }
});
